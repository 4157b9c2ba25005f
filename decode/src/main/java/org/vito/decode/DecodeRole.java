package org.vito.decode;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/**
 * The role that turns curated videos into segments and segments into clips.
 *
 * <p>Two streams, each transactional from topic to topic: the planner (group {@code vito-decode-plan}) cuts every accepted
 * video into segments, once as far back as the segments topic remembers; the decoder (group {@code vito-decode}) makes clips
 * of segments. What cannot be decoded becomes a dead letter in the same transaction.
 */
public final class DecodeRole {
    /** The consumer group that cuts accepted videos into segments. */
    public static final String PLAN_GROUP = "vito-decode-plan";

    /** The consumer group that makes clips of segments. */
    public static final String DECODE_GROUP = "vito-decode";

    static final String NAME = "decode";

    private static final AtomicLong ROLES = new AtomicLong();
    private static final int SEGMENTS_PER_CHILD = 2; // one in work, one waiting, so that no child does

    private DecodeRole() {}

    /** Starts both streams. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, DecodeSettings settings, Decoders decoders, Platform platform) {
        DispatcherSelector blockingSelector = DispatcherSelector.fromConfig(DecoderPool.DISPATCHER);
        Executor blocking = system.dispatchers().lookup(blockingSelector);
        StageMeter meter = platform.stages().meter(NAME, "clips", DECODE_GROUP, Topics.SEGMENTS.name());
        SharedKillSwitch killSwitch = KillSwitches.shared("vito-decode");
        TransactionalStream plan = new TransactionalStream(
                system,
                platform.kafka(),
                settings,
                killSwitch,
                new TransactionalStream.Route(
                        Topics.CURATED.name(), PLAN_GROUP, platform.instance() + "-decode-plan", 1),
                () -> new SegmentPlanner(settings, platform, blocking));
        TransactionalStream decode = new TransactionalStream(
                system,
                platform.kafka(),
                settings,
                killSwitch,
                new TransactionalStream.Route(
                        Topics.SEGMENTS.name(),
                        DECODE_GROUP,
                        platform.instance() + "-decode",
                        SEGMENTS_PER_CHILD * settings.children()),
                () -> new SegmentDecoder(system, settings, decoders, platform, blocking, meter));
        return running(system, settings, killSwitch, Map.of("plan", plan, "decode", decode));
    }

    private static RunningRole running(
            ActorSystem<?> system,
            DecodeSettings settings,
            SharedKillSwitch killSwitch,
            Map<String, TransactionalStream> streams) {
        AtomicReference<RunningRole.Status> status =
                new AtomicReference<>(new RunningRole.Status(NAME, RunningRole.Health.STARTING, ""));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        ActorRef<RoleGuardian.Command> guardian = system.systemActorOf(
                RoleGuardian.create(
                        streams, killSwitch, status, ended, settings.streams().stopTimeout()),
                "vito-decode-role-" + ROLES.incrementAndGet(),
                Props.empty());
        return new RunningRole() {
            @Override
            public Status status() {
                return Objects.requireNonNull(status.get());
            }

            @Override
            public CompletionStage<Void> ended() {
                return ended.minimalCompletionStage();
            }

            @Override
            public CompletionStage<Void> stop() {
                guardian.tell(new RoleGuardian.Stop());
                return ended();
            }
        };
    }
}
