package org.vito.ingest;

import akka.actor.typed.ActorSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.fetch.Download;
import org.vito.ingest.fetch.Fetchers;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.ObjectStore.Put;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.VideoSubmission;

/** Fetches, stores and probes what a submission names, as often as the settings allow. */
final class Intake {
    /** The prefix of videos in the object store. */
    static final String PREFIX = "videos";

    private final ActorSystem<?> system;
    private final IngestSettings settings;
    private final Fetchers fetchers;
    private final ObjectStore objects;
    private final Decoders decoders;
    private final Executor fetching;
    private final VideoRegistry registry;

    /** @param fetching has as many threads as videos may be fetched at a time */
    Intake(
            ActorSystem<?> system,
            IngestSettings settings,
            Fetchers fetchers,
            ObjectStore objects,
            Decoders decoders,
            Executor fetching,
            VideoRegistry registry) {
        this.system = system;
        this.settings = settings;
        this.fetchers = fetchers;
        this.objects = objects;
        this.decoders = decoders;
        this.fetching = fetching;
        this.registry = registry;
    }

    /**
     * Takes in what {@code record} names. Never fails but by a defect: what goes wrong with the video is an outcome. The
     * object of an outcome is held against deletion until {@link VideoRegistry#release}.
     */
    CompletionStage<Outcome> take(ConsumerRecord<String, byte[]> record) {
        VideoSubmission submission;
        try {
            submission = Topics.SUBMITTED.read(record);
        } catch (DamagedRecordException e) {
            String subject = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
            return CompletableFuture.completedStage(new Outcome.Refused(record, "ingest.read", subject, e, 1, null));
        }
        return attempt(record, submission, 1);
    }

    private CompletionStage<Outcome> attempt(
            ConsumerRecord<String, byte[]> record, VideoSubmission submission, int number) {
        CompletableFuture<Put> stored;
        try {
            stored = CompletableFuture.supplyAsync(() -> store(submission.getUri()), fetching);
        } catch (RejectedExecutionException e) { // the role has ended
            return CompletableFuture.failedStage(e);
        }
        Function<Put, CompletionStage<Outcome>> probe = put -> examine(Addresses.shown(submission.getUri()), put)
                .handle((info, error) -> error == null
                        ? CompletableFuture.<Outcome>completedStage(
                                new Outcome.Accepted(record, submission, put, info.known))
                        : failed(record, submission, number, "ingest.probe", error, put))
                .thenCompose(Function.identity());
        return stored.handle((put, error) -> error == null
                        ? probe.apply(put)
                        : failed(record, submission, number, "ingest.fetch", error, null))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Outcome> failed(
            ConsumerRecord<String, byte[]> record,
            VideoSubmission submission,
            int attempt,
            String stage,
            Throwable error,
            @Nullable Put put) {
        Throwable cause = unwrap(error);
        if (!settings.retry().again(attempt, cause)) {
            return CompletableFuture.completedStage(
                    new Outcome.Refused(record, stage, Addresses.shown(submission.getUri()), cause, attempt, put));
        }
        if (put != null) {
            registry.release(put.sha256());
        }
        Duration pause = settings.retry().pause(submission.getUri(), attempt, cause);
        system.log()
                .info("{}: attempt {} failed, next in {} ms: {}", stage, attempt, pause.toMillis(), cause.getMessage());
        CompletableFuture<Outcome> later = new CompletableFuture<>();
        system.scheduler()
                .scheduleOnce(
                        pause,
                        () -> attempt(record, submission, attempt + 1).whenComplete((outcome, defect) -> {
                            if (defect == null) {
                                later.complete(outcome);
                            } else {
                                later.completeExceptionally(defect);
                            }
                        }),
                        system.executionContext());
        return later;
    }

    /** Fetches into the object store and holds the object; blocks. */
    private Put store(String uri) {
        URI address = Addresses.parse(uri, null);
        try (Download download = fetchers.open(address)) {
            Put put = objects.put(PREFIX, download.body(), settings.fetch().bytes());
            registry.hold(put.sha256());
            return put;
        } catch (RetriableException e) {
            throw e;
        } catch (VitoException e) {
            throw e.reason() == Reason.TOO_LARGE || e.reason() == Reason.EMPTY
                    ? new VitoException(e.reason(), Addresses.shown(uri) + ": " + e.getMessage(), e)
                    : e;
        } catch (IOException e) {
            throw new RetriableException(Reason.STORAGE, Addresses.shown(uri) + " cannot be stored: " + e, e);
        }
    }

    private record Examined(@Nullable VideoInfo known) {}

    private CompletionStage<Examined> examine(String uri, Put put) {
        if (registry.isKnown(put.sha256())) {
            return CompletableFuture.completedStage(new Examined(null));
        }
        return CompletableFuture.supplyAsync(() -> local(put), fetching)
                .thenCompose(file -> decoders.probe(file)
                        .toCompletableFuture()
                        .copy()
                        .orTimeout(settings.probeTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .handle((info, error) -> {
                    if (error != null) {
                        throw refusal(uri, unwrap(error));
                    }
                    check(uri, info);
                    return new Examined(info);
                });
    }

    private Path local(Put put) {
        try {
            return objects.localFile(put.address());
        } catch (IOException e) {
            throw new RetriableException(Reason.STORAGE, put.address() + " cannot be read: " + e, e);
        } catch (VitoException e) { // a refusal of the same bytes deleted it between put and hold
            throw new RetriableException(Reason.STORAGE, put.address() + " has gone: " + e.getMessage(), e);
        }
    }

    private RuntimeException refusal(String uri, Throwable cause) {
        if (cause instanceof TimeoutException) {
            return new RetriableException(
                    Reason.DECODER_CRASHED,
                    "no decoder said within %d s what %s is"
                            .formatted(settings.probeTimeout().toSeconds(), uri),
                    cause);
        }
        if (cause instanceof RetriableException again) {
            return again;
        }
        return new VitoException(VitoException.reasonOf(cause), uri + ": " + cause.getMessage(), cause);
    }

    private void check(String uri, VideoInfo info) {
        long leastUs = TimeUnit.NANOSECONDS.toMicros(settings.minimumDuration().toNanos());
        if (info.durationUs() < leastUs || info.durationUs() <= 0) {
            throw new VitoException(
                    Reason.TOO_SHORT,
                    "%s lasts %d us; expected at least %d".formatted(uri, info.durationUs(), Math.max(1, leastUs)));
        }
        if (info.width() <= 0 || info.height() <= 0) {
            throw new VitoException(
                    Reason.DAMAGED_VIDEO,
                    "%s has frames of %d x %d pixels".formatted(uri, info.width(), info.height()));
        }
    }

    private static Throwable unwrap(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
