package org.vito.ingest;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.ActorContext;
import io.micrometer.core.instrument.Gauge;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.decode.Decoders;
import org.vito.decode.KeptFrames;
import org.vito.ingest.curation.Curator;
import org.vito.ingest.curation.CuratorActor;
import org.vito.ingest.curation.Curators;
import org.vito.ingest.curation.NeighbourSettings;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/** The role that decides which stored videos belong to the training set. */
public final class CurateRole {
    static final String GROUP = "vito-curate";

    private CurateRole() {}

    /** Starts the stream from stored to curated videos. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, IngestSettings settings, Decoders decoders, Platform platform) {
        return start(system, settings, decoders, platform, CurationNetworks.none());
    }

    /** As {@link #start(ActorSystem, IngestSettings, Decoders, Platform)}, with networks that the rule may use. */
    public static RunningRole start(
            ActorSystem<?> system,
            IngestSettings settings,
            Decoders decoders,
            Platform platform,
            CurationNetworks networks) {
        ClipFrameKeeper keeper = keeper(settings, platform);
        Curators.Means means = new Curators.Means(
                settings.curate().videoNet(),
                settings.curate().neighbours(),
                networks,
                new StoredFrames(decoders, video -> platform.objects().localFile(video.getAddress()), keeper::judging),
                new StoredDecisions(platform));
        return start(
                system,
                settings,
                platform,
                () -> Curators.load(settings.curate().rule(), means),
                keeper,
                decoders);
    }

    private static ClipFrameKeeper keeper(IngestSettings settings, Platform platform) {
        return new ClipFrameKeeper(
                new KeptFrames(platform.objects()), settings.curate().keptFrames(), platform.clock());
    }

    /** Starts the stream with the rule that {@code rule} loads, and without pictures. */
    static RunningRole start(
            ActorSystem<?> system, IngestSettings settings, Platform platform, Supplier<Curator> rule) {
        return start(system, settings, platform, rule, keeper(settings, platform), null);
    }

    private static RunningRole start(
            ActorSystem<?> system,
            IngestSettings settings,
            Platform platform,
            Supplier<Curator> rule,
            ClipFrameKeeper keeper,
            @Nullable Decoders decoders) {
        Thumbnails thumbnails = new Thumbnails(
                decoders,
                video -> platform.objects().localFile(video.getAddress()),
                settings.curate().thumbnail(),
                system.dispatchers().lookup(IngestRole.BLOCKING));
        return IngestRole.spawn(
                system,
                "curate",
                settings,
                context -> new Parts(system, settings, platform, rule, keeper, thumbnails, context));
    }

    private static final class Parts implements RoleGuardian.Parts {
        private final StageStream stream;
        private final CurationRefill refill;
        private volatile CurationBalance counted; // by the run of the stream that began last

        Parts(
                ActorSystem<?> system,
                IngestSettings settings,
                Platform platform,
                Supplier<Curator> rule,
                ClipFrameKeeper keeper,
                Thumbnails thumbnails,
                ActorContext<RoleGuardian.Command> context) {
            Executor blocking = system.dispatchers().lookup(IngestRole.BLOCKING);
            blocking.execute(keeper::sweep);
            StageMeter meter = platform.stages().meter("curate", "videos", GROUP, Topics.STORED.name());
            counted = new CurationBalance(settings.curate().balance());
            meter.scarcity(() -> counted.scarcity());
            Gauge.builder("vito.curate.missing", this, parts -> parts.counted
                            .scarcity()
                            .missing())
                    .strongReference(true)
                    .register(platform.stages().registry());
            NeighbourSettings neighbours = settings.curate().neighbours();
            refill = new CurationRefill(platform, neighbours.refill(), settings.retry());
            Consumer<String> network = neighbours.refresh().isZero() ? name -> {} : refill::of;
            ActorRef<CuratorActor.Command> curator = context.spawn(
                    IngestRole.restarting(CuratorActor.create(rule, blocking, network), settings.restart()), "curator");
            context.watchWith(curator, new RoleGuardian.ChildEnded("the curator", true));
            stream = StageStream.start(
                    system,
                    platform,
                    settings,
                    Set.of(Topics.STORED.name(), Topics.CURATION_REQUESTS.name()),
                    GROUP,
                    () -> {
                        CurationBalance balance =
                                new CurationBalance(settings.curate().balance()); // counted anew
                        counted = balance;
                        blocking.execute(() -> balance.expect(settings.curate()));
                        return new CurateWork(system, platform, settings, curator, keeper, thumbnails, balance, meter);
                    },
                    RoleGuardian.listener(context));
        }

        @Override
        public StageStream stream() {
            return stream;
        }

        @Override
        public void stopActors() {
            refill.close(); // the stream needs the curator until it has drained; it ends with the guardian
        }

        @Override
        public void close() {
            refill.close();
        }
    }
}
