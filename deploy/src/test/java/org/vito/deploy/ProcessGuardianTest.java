package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.VitoException;

@NullUnmarked // JUnit fills the fields
@Timeout(300)
class ProcessGuardianTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Map<String, ProcessGuardian.Entry> entries = new LinkedHashMap<>();
    private final CountDownLatch started = new CountDownLatch(2);
    private ActorSystem<ProcessGuardian.Command> system;

    private final class Part implements RunningRole {
        private final String name;
        private final boolean stops;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Part(String name, boolean stops) {
            this.name = name;
            this.stops = stops;
        }

        @Override
        public Status status() {
            return new Status(name, Health.UP, "");
        }

        @Override
        public CompletionStage<Void> ended() {
            return done;
        }

        @Override
        public CompletionStage<Void> stop() {
            events.add("stop " + name);
            if (stops) {
                done.complete(null);
            }
            return done;
        }
    }

    private void role(String name, Supplier<RunningRole> start, Duration timeout) {
        entries.put(name, new ProcessGuardian.Entry(start, timeout));
    }

    private void start() {
        ProcessGuardian.Listener listener = new ProcessGuardian.Listener() {
            @Override
            public void started(String role, RunningRole running) {
                started.countDown();
            }

            @Override
            public void ended(String role) {
                events.add("ended " + role);
            }
        };
        system = ActorSystem.create(
                ProcessGuardian.create(entries, listener, ended), "guardian-test", ConfigFactory.load());
    }

    @AfterEach
    void terminate() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void stopsRolesOneAfterTheOtherInTheirOrder() throws Exception {
        role("first", () -> new Part("first", true), Duration.ofSeconds(10));
        role("second", () -> new Part("second", true), Duration.ofSeconds(10));
        start();
        assertThat(started.await(120, TimeUnit.SECONDS)).isTrue();
        system.tell(new ProcessGuardian.Stop());
        ended.get(120, TimeUnit.SECONDS);
        assertThat(events).containsExactly("stop first", "ended first", "stop second", "ended second");
    }

    @Test
    void abandonsARoleThatDoesNotStopInTime() throws Exception {
        role("deaf", () -> new Part("deaf", false), Duration.ofMillis(100));
        role("second", () -> new Part("second", true), Duration.ofSeconds(10));
        start();
        assertThat(started.await(120, TimeUnit.SECONDS)).isTrue();
        system.tell(new ProcessGuardian.Stop());
        ended.get(120, TimeUnit.SECONDS);
        assertThat(events).containsExactly("stop deaf", "stop second", "ended second");
    }

    @Test
    void oneFailedRoleEndsTheProcessWithItsReason() throws Exception {
        Part failing = new Part("failing", true);
        role("failing", () -> failing, Duration.ofSeconds(10));
        role("other", () -> new Part("other", true), Duration.ofSeconds(10));
        start();
        assertThat(started.await(120, TimeUnit.SECONDS)).isTrue();
        failing.done.completeExceptionally(new VitoException(Reason.STORAGE, "the disk is full"));
        assertThatThrownBy(() -> ended.get(120, TimeUnit.SECONDS))
                .hasRootCauseMessage("the disk is full")
                .cause()
                .hasMessage("failing failed: the disk is full");
        assertThat(events).contains("stop other", "ended other");
    }

    @Test
    void aRoleThatCannotStartEndsTheProcess() {
        role(
                "broken",
                () -> {
                    throw new VitoException(Reason.BAD_SETTING, "no such thing");
                },
                Duration.ofSeconds(10));
        start();
        assertThatThrownBy(() -> ended.get(120, TimeUnit.SECONDS)).cause().satisfies(e -> assertThat(Causes.exitCode(e))
                .isEqualTo(2));
    }
}
