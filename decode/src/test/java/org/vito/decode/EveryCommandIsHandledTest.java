package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.stream.KillSwitches;
import com.typesafe.config.ConfigFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;
import org.vito.protocol.RunningRole;

/** Java 17 does not check that a receive builder knows every command of a sealed interface; this does. */
class EveryCommandIsHandledTest {
    private static final DecodeSettings SETTINGS =
            DecodeSettings.from(ConfigFactory.parseString("vito.decode { children = 1, child.isolate = false }")
                    .withFallback(ConfigFactory.load()));

    @Test
    void byThePool() {
        check(DecoderPool.Command.class, () -> DecoderPool.create(SETTINGS, "none"));
    }

    @Test
    void byADecoder() {
        Isolation nothing = new Isolation(List.of("true"), "none"); // a process that ends at once
        check(
                DecoderActor.Command.class,
                () -> DecoderActor.create(
                        SETTINGS,
                        nothing,
                        TestInbox.<DecoderPool.Command>create().getRef(),
                        0));
    }

    @Test
    void byTheGuardian() {
        check(
                RoleGuardian.Command.class,
                () -> RoleGuardian.create(
                        Map.of(),
                        KillSwitches.shared("test"),
                        new AtomicReference<>(new RunningRole.Status("", RunningRole.Health.STARTING, "")),
                        new CompletableFuture<>(),
                        Duration.ofSeconds(1)));
    }

    private static <C> void check(Class<C> commands, Supplier<Behavior<C>> behavior) {
        Class<?>[] kinds = commands.getPermittedSubclasses();
        assertThat(kinds).isNotEmpty();
        for (Class<?> kind : kinds) {
            BehaviorTestKit<C> actor = BehaviorTestKit.create(behavior.get());
            actor.run(commands.cast(sample(kind)));
            assertThat(actor.returnedBehavior())
                    .as("what %s makes of %s", commands.getEnclosingClass().getSimpleName(), kind.getSimpleName())
                    .isNotEqualTo(Behaviors.unhandled());
        }
    }

    private static Object sample(Class<?> kind) {
        try {
            RecordComponent[] parts = kind.getRecordComponents();
            Constructor<?> constructor = kind.getDeclaredConstructor(
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(
                    Arrays.stream(parts).map(part -> value(part.getType())).toArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no sample of " + kind, e);
        }
    }

    private static Object value(Class<?> type) {
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 7L;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == String.class) {
            return "sample";
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == Throwable.class) {
            return new IllegalStateException("sample");
        }
        if (type == Response.class) {
            return Response.getDefaultInstance();
        }
        if (type == Job.class) {
            return new Job(
                    Request.getDefaultInstance(),
                    0,
                    TestInbox.<Job.Outcome>create().getRef());
        }
        return TestInbox.create().getRef();
    }
}
