package org.vito.deploy;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.DecodeSettings;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Platform;
import org.vito.protocol.StageReporter;
import org.vito.protocol.Stages;
import org.vito.protocol.TopicSetup;

/**
 * A process of VITO: a broker if it has its own, the roles it was given, and everything they share. What is started is
 * stopped in the opposite order, whatever the reason of the end.
 */
final class VitoProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VitoProcess.class);
    private static final Duration ACTORS_STOP = Duration.ofSeconds(5);
    private static final Duration SLACK = Duration.ofSeconds(10); // above what the parts may take to stop

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ProcessSettings settings;
    private final Set<Role> roles;
    private final KafkaAccess kafka;

    private VitoProcess(
            Config config,
            ProcessSettings settings,
            String what,
            Set<Role> roles,
            ProcessGuardian.Listener listener,
            Consumer<Role> before) {
        this.settings = settings;
        this.roles = roles;
        Map<Role, Role.Plan> plans = plans(config, roles);
        DecodeSettings decode = DecodeSettings.from(config);
        try {
            kafka = kafka(config, what);
            TopicSetup.ensure(kafka, (short) settings.replication()).forEach(note -> log.info("{}", note));
            start(config, plans, decode, what, listener, before);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Starts {@code roles} side by side and returns; they may still be starting.
     *
     * @param what what the process is, a word: part of its name
     * @param listener told of each role's start and end
     * @param before done when Kafka is up and before the role starts, on a thread of the role; may block
     * @throws org.vito.protocol.VitoException if a setting cannot be used (before anything is started), or the broker, Kafka or the
     *     data directory cannot
     */
    static VitoProcess start(
            Config config, String what, Set<Role> roles, ProcessGuardian.Listener listener, Consumer<Role> before) {
        return new VitoProcess(config, ProcessSettings.from(config), what, roles, listener, before);
    }

    private static Map<Role, Role.Plan> plans(Config config, Set<Role> roles) {
        Map<Role, Role.Plan> plans = new EnumMap<>(Role.class);
        roles.forEach(role -> plans.put(role, role.plan(config)));
        return plans;
    }

    private KafkaAccess kafka(Config config, String what) {
        boolean whole = roles.size() == Role.values().length || roles.isEmpty();
        if (!whole) {
            return KafkaAddress.existing(config);
        }
        return KafkaAddress.configured(config).orElseGet(() -> {
            EmbeddedBroker broker = opened(EmbeddedBroker.start(BrokerSettings.from(config)));
            endWith(broker.ended());
            log.info("{} uses its own broker", what);
            return KafkaAddress.access(config, broker.bootstrapServers());
        });
    }

    private void start(
            Config config,
            Map<Role, Role.Plan> plans,
            DecodeSettings decode,
            String what,
            ProcessGuardian.Listener listener,
            Consumer<Role> before) {
        if (plans.isEmpty()) {
            return;
        }
        InstanceName instance = opened(InstanceName.take(settings.data(), settings.instance(), what));
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        opened.push(registry::close);
        Platform platform = new Platform(
                kafka,
                DirectoryObjectStore.open(settings.objects()),
                settings.data(),
                instance.name(),
                InstantSource.system(),
                new Stages(registry));
        opened(StageReporter.start(platform));
        SharedDecoders decoders = new SharedDecoders(decode);
        CompletableFuture<Void> rolesEnded = new CompletableFuture<>();
        CompletableFuture<ActorSystem<ProcessGuardian.Command>> system = new CompletableFuture<>();
        Map<String, ProcessGuardian.Entry> entries = new LinkedHashMap<>();
        plans.forEach((role, plan) -> entries.put(
                role.word(),
                new ProcessGuardian.Entry(
                        () -> {
                            before.accept(role);
                            return plan.start(system.join(), platform, decoders);
                        },
                        settings.stopTimeout(role))));
        ActorSystem<ProcessGuardian.Command> actors =
                ActorSystem.create(ProcessGuardian.create(entries, listener, rolesEnded), "vito", config);
        opened.push(() -> terminate(actors));
        opened(decoders);
        opened.push(() -> stopRoles(actors, rolesEnded));
        system.complete(actors);
        endWith(rolesEnded);
    }

    private void endWith(CompletionStage<Void> part) {
        part.whenComplete((done, failure) -> {
            if (failure != null) {
                ended.completeExceptionally(failure);
            } else {
                ended.complete(null);
            }
        });
    }

    private void stopRoles(ActorSystem<ProcessGuardian.Command> actors, CompletableFuture<Void> rolesEnded) {
        Duration limit = roles.stream().map(settings::stopTimeout).reduce(SLACK, Duration::plus);
        actors.tell(new ProcessGuardian.Stop());
        if (!ended(rolesEnded, limit)) {
            log.warn("the roles did not stop within {} s and are abandoned", limit.toSeconds());
        }
    }

    private static void terminate(ActorSystem<?> actors) {
        actors.terminate();
        if (!ended(actors.getWhenTerminated().toCompletableFuture(), ACTORS_STOP)) {
            log.info("some actors did not stop within {} s; the roles have", ACTORS_STOP.toSeconds());
        }
    }

    /** Waits for the end of {@code future}, be it good or bad. @return whether it came within {@code limit} */
    private static boolean ended(CompletableFuture<?> future, Duration limit) {
        try {
            future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            log.debug("it ended with a failure", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private <C extends AutoCloseable> C opened(C resource) {
        opened.push(resource);
        return resource;
    }

    /** How to reach the Kafka that the process uses. */
    KafkaAccess kafka() {
        return kafka;
    }

    /** Where the process keeps its data. */
    Path data() {
        return settings.data();
    }

    /** Completes when every role has ended, or with the reason for which the process cannot go on. */
    CompletionStage<Void> ended() {
        return ended;
    }

    /** Stops the roles one after the other, then everything beneath them. Bounded in time; safe to call twice. */
    @Override
    public synchronized void close() {
        while (!opened.isEmpty()) {
            AutoCloseable resource = opened.pop();
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("{} did not close cleanly", resource, e);
            }
        }
        ended.complete(null);
    }
}
