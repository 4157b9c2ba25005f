package org.vito.ingest.source;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Buckets;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.VideoSubmission;

/**
 * The life of one source: it looks, submits what it found, remembers that durably, and waits until it looks again. What
 * fails is tried again with growing pauses; after the policy's last attempt the source has {@linkplain SourceState#FAILED
 * failed} and a dead letter says why.
 */
public final class SourceActor extends AbstractBehavior<SourceActor.Command> {
    static final String STAGE = "ingest.source";

    /** What a source understands. */
    public sealed interface Command permits GetStatus, Stop, Tick, Looked, Submitted, Failed {}

    /** Asks what the source is doing. */
    public record GetStatus(ActorRef<Status> replyTo) implements Command {}

    /** Asks the source to end after what it is doing. */
    public record Stop() implements Command {}

    record Tick() implements Command {}

    record Looked(Look look, Duration took) implements Command {}

    record Submitted(int videos) implements Command {}

    record Failed(Throwable cause) implements Command {}

    /**
     * What a source is doing.
     *
     * @param submitted videos submitted since the process started
     * @param detail the last failure, or what keeps it from finding videos; or empty
     */
    public record Status(String name, SourceState state, long submitted, String detail) {}

    /**
     * What sources need.
     *
     * @param ledgers the directory of their ledgers
     * @param blocking runs what blocks
     * @param batch most videos submitted at a time
     * @param traffic told what sources do, and what live streams bring
     */
    public record Means(
            SubmissionWriter writer,
            Path ledgers,
            InstantSource clock,
            Executor blocking,
            RetryPolicy retry,
            int batch,
            Buckets buckets,
            Live live,
            SourceTraffic traffic) {}

    /**
     * What sources of live streams need besides.
     *
     * @param directory where what was recorded waits to be submitted
     * @param mostBytes most bytes of a file
     * @param full whether what is recorded has to wait for room in the object store
     */
    public record Live(LiveFeeds feeds, ObjectStore objects, Path directory, long mostBytes, BooleanSupplier full) {}

    private static final Duration TICK = Duration.ofMillis(200);
    private static final int REST = 10; // a look that took 1 s is followed by 10 s of rest

    private final SourceSettings settings;
    private final Means means;
    private final ActorRef<Status> listener;
    private final TimerScheduler<Command> timers;
    private final VideoSource source;
    private volatile @Nullable Ledger ledger; // opened by the first look
    private @Nullable Look look; // what is being submitted
    private SourceState state = SourceState.SCANNING;
    private Instant nextLook;
    private Instant earliestLook;
    private int failures;
    private long submitted;
    private String detail = "";
    private String told = ""; // the condition that the listener knows
    private boolean stopping;

    private SourceActor(
            ActorContext<Command> context,
            SourceSettings settings,
            Means means,
            ActorRef<Status> listener,
            TimerScheduler<Command> timers) {
        super(context);
        this.settings = settings;
        this.means = means;
        this.listener = listener;
        this.timers = timers;
        source = open(settings, means);
        nextLook = means.clock().instant();
        earliestLook = nextLook;
        scan();
    }

    /** A source that tells {@code listener} whenever its state changes. */
    public static Behavior<Command> create(SourceSettings settings, Means means, ActorRef<Status> listener) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new SourceActor(context, settings, means, listener, timers)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(GetStatus.class, this::onGetStatus)
                .onMessage(Stop.class, this::onStop)
                .onMessage(Tick.class, this::onTick)
                .onMessage(Looked.class, this::onLooked)
                .onMessage(Submitted.class, this::onSubmitted)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PreRestart.class, signal -> onPostStop())
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onGetStatus(GetStatus ask) {
        ask.replyTo().tell(status());
        return this;
    }

    private Behavior<Command> onStop(Stop stop) {
        stopping = true;
        return isBusy() ? this : Behaviors.stopped();
    }

    private Behavior<Command> onTick(Tick tick) {
        if (state == SourceState.BACKING_OFF) {
            if (look == null) {
                scan();
            } else {
                submit(look);
            }
        } else if (state == SourceState.IDLE) {
            Instant now = means.clock().instant();
            boolean due = !now.isBefore(nextLook) || source.stirred();
            if (due && !now.isBefore(earliestLook)) {
                scan();
            } else {
                if (due) {
                    nextLook = earliestLook; // what stirred is remembered until the rest is over
                }
                if (!source.condition().equals(told)) {
                    tell();
                }
                timers.startSingleTimer(new Tick(), TICK);
            }
        }
        return this;
    }

    private Behavior<Command> onLooked(Looked looked) {
        earliestLook = means.clock().instant().plus(looked.took().multipliedBy(REST));
        look = looked.look();
        if (stopping) {
            return Behaviors.stopped();
        }
        submit(looked.look());
        return this;
    }

    private Behavior<Command> onSubmitted(Submitted done) {
        submitted += done.videos();
        failures = 0;
        detail = "";
        Duration again = look == null ? null : look.again();
        look = null;
        if (stopping) {
            return Behaviors.stopped();
        }
        if (again == null) {
            become(SourceState.FINISHED);
        } else if (again.isZero()) {
            scan();
        } else {
            nextLook = means.clock().instant().plus(again);
            become(SourceState.IDLE);
            timers.startSingleTimer(new Tick(), TICK);
        }
        return this;
    }

    private Behavior<Command> onFailed(Failed failed) {
        failures++;
        detail = failed.cause().toString();
        if (stopping) {
            return Behaviors.stopped();
        }
        getContext().getLog().warn("source {} failed, attempt {}", settings.name(), failures, failed.cause());
        if (failures < means.retry().attempts()) {
            become(SourceState.BACKING_OFF);
            timers.startSingleTimer(new Tick(), means.retry().pause(settings.name(), failures, failed.cause()));
        } else {
            become(SourceState.FAILED);
            giveUp(failed.cause());
        }
        return this;
    }

    private Behavior<Command> onPostStop() {
        try {
            source.close();
            Ledger open = ledger;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            getContext().getLog().warn("source {} not closed", settings.name(), e);
        }
        return this;
    }

    private boolean isBusy() {
        return state == SourceState.SCANNING || state == SourceState.SUBMITTING;
    }

    private void scan() {
        if (state != SourceState.SCANNING) {
            become(SourceState.SCANNING);
        } else {
            tell();
        }
        run(() -> {
            Instant start = means.clock().instant();
            Ledger seen = ledger();
            Look found = source.look(seen);
            return new Looked(found, Duration.between(start, means.clock().instant()));
        });
    }

    private void submit(Look found) {
        become(SourceState.SUBMITTING);
        run(() -> {
            List<String> ids = new ArrayList<>();
            List<VideoSubmission> submissions = new ArrayList<>();
            List<DeadLetter> letters = new ArrayList<>();
            for (Look.Found video : found.found()) {
                ids.add(video.id());
                submissions.add(submission(video));
            }
            for (Look.Refused entry : found.refused()) {
                ids.add(entry.id());
                letters.add(letter(entry));
            }
            if (!ids.isEmpty()) {
                means.writer().write(submissions, letters);
                ledger().add(ids);
            }
            return new Submitted(submissions.size());
        });
    }

    private void run(Callable<Command> task) {
        CompletableFuture<Command> done = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return task.call();
                    } catch (IOException e) {
                        throw new RetriableException(Reason.STORAGE, settings.name() + ": " + e, e);
                    } catch (VitoException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                means.blocking());
        getContext().pipeToSelf(done, (command, cause) -> {
            if (command != null) {
                return command;
            }
            return new Failed(
                    cause instanceof CompletionException wrapped && wrapped.getCause() != null
                            ? wrapped.getCause()
                            : cause);
        });
    }

    private Ledger ledger() throws IOException {
        Ledger open = ledger;
        if (open == null) {
            open = Ledger.open(means.ledgers(), settings.name());
            ledger = open;
        }
        return open;
    }

    private void giveUp(Throwable cause) {
        DeadLetter letter = DeadLetters.of(STAGE, settings.name(), cause, failures, means.clock());
        String name = settings.name();
        var log = getContext().getLog();
        means.blocking().execute(() -> {
            try {
                means.writer().write(List.of(), List.of(letter));
            } catch (VitoException e) {
                log.error("source {} has failed and its dead letter could not be written", name, e);
            }
        });
    }

    private VideoSubmission submission(Look.Found video) {
        return VideoSubmission.newBuilder()
                .setSubmissionId(video.id())
                .setUri(video.address().toString())
                .setTitle(Titles.clean(video.title()))
                .setLicence(Titles.clean(video.licence()))
                .setSource(settings.name())
                .setOrigin(video.origin())
                .setSubmittedAtMs(means.clock().millis())
                .build();
    }

    private DeadLetter letter(Look.Refused entry) {
        return DeadLetters.of("ingest.manifest", entry.subject(), entry.cause(), 1, means.clock()).toBuilder()
                .setValue(com.google.protobuf.ByteString.copyFromUtf8(entry.text()))
                .build();
    }

    private void become(SourceState next) {
        state = state.to(next);
        tell();
    }

    private void tell() {
        told = source.condition();
        Status status = status();
        means.traffic().became(status);
        listener.tell(status);
    }

    private Status status() {
        return new Status(settings.name(), state, submitted, detail.isEmpty() ? source.condition() : detail);
    }

    private static VideoSource open(SourceSettings settings, Means means) {
        if (settings instanceof SourceSettings.Directory directory) {
            return new DirectorySource(directory, means.batch(), means.clock());
        }
        if (settings instanceof SourceSettings.ManifestFile manifest) {
            return new ManifestSource(manifest, means.batch());
        }
        if (settings instanceof SourceSettings.Bucket bucket) {
            return new BucketSource(bucket, means.buckets(), means.batch());
        }
        if (settings instanceof SourceSettings.Live live) {
            return new LiveSource(live, means);
        }
        return new SingleSource((SourceSettings.Single) settings);
    }
}
