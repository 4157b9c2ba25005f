package org.vito.ingest;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.vito.decode.Decoders;
import org.vito.ingest.fetch.AddressPolicy;
import org.vito.ingest.fetch.Buckets;
import org.vito.ingest.fetch.Fetchers;
import org.vito.ingest.fetch.HostGates;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.ObjectFetcher;
import org.vito.ingest.source.SourceActor;
import org.vito.ingest.source.SourceSettings;
import org.vito.ingest.source.SourceTraffic;
import org.vito.ingest.source.SubmissionWriter;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;

/** The role that finds, fetches, stores and probes videos. */
public final class IngestRole {
    static final DispatcherSelector BLOCKING = DispatcherSelector.fromConfig("vito.ingest.blocking-dispatcher");
    private static final String GROUP = "vito-ingest";
    private static final AtomicLong starts = new AtomicLong(); // actor names must differ within a system

    private IngestRole() {}

    /** Starts the sources and the stream over submissions. {@code decoders} is not closed by the role. */
    public static RunningRole start(
            ActorSystem<?> system, IngestSettings settings, Decoders decoders, Platform platform) {
        return spawn(system, "ingest", settings, context -> new Parts(system, settings, decoders, platform, context));
    }

    /** Starts a guardian for the parts that {@code start} makes. */
    static RunningRole spawn(
            ActorSystem<?> system,
            String role,
            IngestSettings settings,
            Function<ActorContext<RoleGuardian.Command>, RoleGuardian.Parts> start) {
        RoleHandle handle = new RoleHandle(role);
        Behavior<RoleGuardian.Command> guardian = RoleGuardian.create(handle, settings.stopTimeout(), start);
        handle.guardedBy(
                system.systemActorOf(guardian, "vito-" + role + "-" + starts.incrementAndGet(), Props.empty()));
        return handle;
    }

    /** Restarts a child with growing pauses, as often as the settings allow. */
    static <T> Behavior<T> restarting(Behavior<T> child, IngestSettings.Restart restart) {
        return Behaviors.supervise(child)
                .onFailure(SupervisorStrategy.restartWithBackoff(restart.base(), restart.most(), 0.2)
                        .withMaxRestarts(restart.restarts()));
    }

    private static final class Parts implements RoleGuardian.Parts {
        private final ExecutorService fetching;
        private final Buckets buckets;
        private final StoreLimit limit;
        private final SubmissionWriter writer;
        private final StageStream stream;
        private final List<ActorRef<SourceActor.Command>> sources = new ArrayList<>();

        Parts(
                ActorSystem<?> system,
                IngestSettings settings,
                Decoders decoders,
                Platform platform,
                ActorContext<RoleGuardian.Command> context) {
            Executor blocking = system.dispatchers().lookup(BLOCKING);
            StageMeter meter = platform.stages().meter("ingest", "videos", GROUP, Topics.SUBMITTED.name());
            AddressPolicy policy = AddressPolicy.standard(settings.allowFiles(), settings.allowNetworks());
            buckets = new Buckets(settings.buckets(), settings.fetch(), policy, platform.clock());
            Fetchers fetchers = Fetchers.keeping(
                            platform.data().resolve("downloads"),
                            settings.partial().bytes(),
                            settings.partial().time(),
                            settings.fetch(),
                            settings.hls(),
                            policy,
                            platform.clock())
                    .with(new ObjectFetcher(platform.objects()))
                    .with(buckets);
            BiConsumer<Duration, Runnable> later =
                    (wait, task) -> system.scheduler().scheduleOnce(wait, task, system.executionContext());
            HeldObjects held = new HeldObjects();
            var self = context.getSelf();
            limit = StoreLimit.start(settings.storeLimit(), platform, held, blocking, later, note -> {
                meter.note(note);
                self.tell(new RoleGuardian.Noted(note));
            });
            SourceActor.Live live = new SourceActor.Live(
                    new LiveFeeds(settings.fetch(), settings.hls(), policy, platform.clock()),
                    platform.objects(),
                    platform.data().resolve("streams"),
                    settings.fetch().bytes(),
                    limit::isFull);
            fetching = fetchThreads(settings.parallelFetches());
            writer = SubmissionWriter.open(platform.kafka());
            IngestSettings.PerHost perHost = settings.perHost();
            HostGates gates =
                    new HostGates(perHost.concurrent(), perHost.interval(), perHost.waiting(), platform.clock(), later);
            AtomicInteger working = new AtomicInteger();
            meter.queue(working::get, settings.inFlight() + settings.retriesInFlight());
            SourceTraffic traffic = new SourceTraffic();
            meter.sources(traffic::reports);
            Function<IngestWork.Input, StageStream.Work> work = input -> {
                VideoRegistry registry = new VideoRegistry(platform, settings.maximumOrigins(), held, writer::send);
                Intake intake = new Intake(
                        settings, fetchers, platform.objects(), limit, decoders, gates, fetching, registry, traffic);
                return new IngestWork(intake, registry, meter, platform.clock(), blocking, input, later);
            };
            var first = new IngestWork.Input(Attempt::first, settings.inFlight(), working);
            var again = new IngestWork.Input(Attempt::again, settings.retriesInFlight(), working);
            StageStream.Listener listener = RoleGuardian.listener(context);
            stream = StageStream.together(
                    StageStream.start(
                            system,
                            platform,
                            settings,
                            Topics.SUBMITTED.name(),
                            GROUP,
                            () -> work.apply(first),
                            listener),
                    StageStream.start(
                            system,
                            platform,
                            settings,
                            Topics.RETRIES.name(),
                            GROUP + "-retries",
                            () -> work.apply(again),
                            listener));
            SourceActor.Means means = new SourceActor.Means(
                    writer,
                    platform.data().resolve("sources"),
                    platform.clock(),
                    blocking,
                    settings.retry(),
                    settings.sourceBatch(),
                    buckets,
                    live,
                    traffic);
            for (SourceSettings source : settings.sources()) {
                sources.add(spawn(context, source, means, settings.restart()));
            }
        }

        private ActorRef<SourceActor.Command> spawn(
                ActorContext<RoleGuardian.Command> context,
                SourceSettings source,
                SourceActor.Means means,
                IngestSettings.Restart restart) {
            ActorRef<SourceActor.Status> listener =
                    context.messageAdapter(SourceActor.Status.class, RoleGuardian.SourceChanged::new);
            ActorRef<SourceActor.Command> actor = context.spawn(
                    restarting(SourceActor.create(source, means, listener), restart), "source-" + sources.size());
            context.watchWith(actor, new RoleGuardian.ChildEnded(source.name(), false));
            return actor;
        }

        @Override
        public StageStream stream() {
            return stream;
        }

        @Override
        public void stopActors() {
            limit.stop();
            sources.forEach(source -> source.tell(new SourceActor.Stop()));
        }

        @Override
        public void close() {
            fetching.shutdownNow();
            buckets.close();
            limit.close();
            writer.close();
        }
    }

    private static ExecutorService fetchThreads(int count) {
        AtomicLong number = new AtomicLong();
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "vito-fetch-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
