package org.vito.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.Decoders;
import org.vito.decode.VideoInfo;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.fetch.Download;
import org.vito.ingest.fetch.Fetchers;
import org.vito.ingest.fetch.HostGates;
import org.vito.ingest.fetch.ObjectFetcher;
import org.vito.ingest.fetch.RetryLaterException;
import org.vito.ingest.fetch.SeveralVideosException;
import org.vito.ingest.source.SourceTraffic;
import org.vito.ingest.source.SubmissionIds;
import org.vito.protocol.DamagedRecordException;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.ObjectStore.Put;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.VideoSubmission;

/** Fetches, stores and probes what a submission names, and says what is to become of it. */
final class Intake {
    /** The prefix of videos in the object store. */
    static final String PREFIX = "videos";

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final IngestSettings settings;
    private final Fetchers fetchers;
    private final ObjectStore objects;
    private final StoreLimit limit;
    private final Decoders decoders;
    private final HostGates gates;
    private final Executor fetching;
    private final VideoRegistry registry;
    private final SourceTraffic traffic;

    /** @param fetching has as many threads as videos may be fetched at a time */
    Intake(
            IngestSettings settings,
            Fetchers fetchers,
            ObjectStore objects,
            StoreLimit limit,
            Decoders decoders,
            HostGates gates,
            Executor fetching,
            VideoRegistry registry,
            SourceTraffic traffic) {
        this.settings = settings;
        this.fetchers = fetchers;
        this.objects = objects;
        this.limit = limit;
        this.decoders = decoders;
        this.gates = gates;
        this.fetching = fetching;
        this.registry = registry;
        this.traffic = traffic;
    }

    /**
     * Takes in what {@code attempt} names, or tries to. Never fails but by a defect: what goes wrong with the video is an
     * outcome. The object of an outcome is held against deletion until {@link VideoRegistry#release}.
     */
    CompletionStage<Outcome> take(Attempt attempt) {
        ConsumerRecord<String, byte[]> record = attempt.record();
        VideoSubmission submission;
        try {
            submission = Topics.SUBMITTED.read(record);
        } catch (DamagedRecordException e) {
            String subject = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
            return done(new Outcome.Refused(record, "ingest.read", subject, e, attempt.number(), null));
        }
        CompletionStage<Outcome> taken =
                ObjectFetcher.isObject(submission.getUri()) // lies in the store already, and nobody shall wait for it
                        ? politely(attempt, submission)
                        : limit.room(settings.retry().most())
                                .thenCompose(room ->
                                        room ? politely(attempt, submission) : done(postponed(attempt, submission)));
        return taken.thenApply(outcome -> counted(submission, outcome));
    }

    private Outcome counted(VideoSubmission submission, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted) {
            traffic.stored(submission.getSource());
        } else if (outcome instanceof Outcome.Refused) {
            traffic.refused(submission.getSource());
        }
        return outcome;
    }

    /** As soon as the host that is to be asked may be. */
    private CompletionStage<Outcome> politely(Attempt attempt, VideoSubmission submission) {
        ConsumerRecord<String, byte[]> record = attempt.record();
        String host = host(submission.getUri());
        if (host.isEmpty()) {
            return fetch(attempt, submission, host);
        }
        int before = attempt.number() - 1;
        Duration closed = gates.closedFor(host);
        if (!closed.isZero()) {
            return done(new Outcome.Postponed(record, before, closed));
        }
        if (gates.isCrowded(host)) {
            return done(postponed(attempt, submission));
        }
        return gates.enter(host)
                .thenCompose(slot -> fetch(attempt, submission, host).whenComplete((outcome, defect) -> slot.close()));
    }

    /** It comes back without having failed, at once after the next start if the role stops. */
    private Outcome postponed(Attempt attempt, VideoSubmission submission) {
        Duration pause =
                limit.isStopped() ? Duration.ZERO : settings.retry().crowded(submission.getUri(), attempt.number());
        return new Outcome.Postponed(attempt.record(), attempt.number() - 1, pause);
    }

    private CompletionStage<Outcome> fetch(Attempt attempt, VideoSubmission submission, String host) {
        CompletableFuture<Put> stored;
        try {
            stored = CompletableFuture.supplyAsync(() -> store(submission), fetching);
        } catch (RejectedExecutionException e) { // the role has ended
            return CompletableFuture.failedStage(e);
        }
        String shown = shown(submission);
        Function<Put, CompletionStage<Outcome>> probe = put -> examine(shown, put)
                .handle((info, error) -> error == null
                        ? new Outcome.Accepted(attempt.record(), submission, put, info.known)
                        : failed(attempt, submission, "ingest.probe", error, put));
        return stored.handle((put, error) -> {
                    if (error == null) {
                        return probe.apply(put);
                    }
                    if (unwrap(error) instanceof RetryLaterException later && !host.isEmpty()) {
                        gates.close(host, settings.retry().pause(submission.getUri(), attempt.number(), later));
                    }
                    if (unwrap(error) instanceof SeveralVideosException several) {
                        return done(divided(attempt, submission, several));
                    }
                    return done(failed(attempt, submission, "ingest.fetch", error, null));
                })
                .thenCompose(Function.identity());
    }

    private static Outcome divided(Attempt attempt, VideoSubmission submission, SeveralVideosException several) {
        return new Outcome.Divided(
                attempt.record(),
                several.addresses().stream()
                        .map(one -> submission.toBuilder()
                                .setUri(one.toString())
                                .setSubmissionId(SubmissionIds.ofPiece(submission.getSubmissionId(), one))
                                .build())
                        .toList());
    }

    private Outcome failed(
            Attempt attempt, VideoSubmission submission, String stage, Throwable error, @Nullable Put put) {
        Throwable cause = unwrap(error);
        if (cause instanceof StoreLimit.FullException) {
            return postponed(attempt, submission);
        }
        String shown = shown(submission);
        if (!settings.retry().again(attempt.number(), cause)) {
            return new Outcome.Refused(attempt.record(), stage, shown, cause, attempt.number(), put);
        }
        if (put != null) {
            registry.release(put.sha256());
        }
        Duration pause = settings.retry().pause(submission.getUri(), attempt.number(), cause);
        log.info(
                "{}: attempt {} failed, next in {} ms: {}",
                stage,
                attempt.number(),
                pause.toMillis(),
                cause.getMessage());
        return new Outcome.Postponed(attempt.record(), attempt.number(), pause);
    }

    /** What people would call the place of a submitted video, without secrets. */
    static String shown(VideoSubmission submission) {
        return Addresses.shown(submission.getOrigin().isEmpty() ? submission.getUri() : submission.getOrigin());
    }

    private static CompletionStage<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedStage(outcome);
    }

    /** The host that {@code uri} is fetched from, in lower case; empty for local files and what is no address. */
    private static String host(String uri) {
        try {
            String host = Addresses.parse(uri, null).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (VitoException e) {
            return ""; // whoever fetches it will say so
        }
    }

    /** Fetches into the object store and holds the object; blocks. */
    private Put store(VideoSubmission submission) {
        String uri = submission.getUri();
        URI address = Addresses.parse(uri, null);
        boolean isObject = ObjectFetcher.isObject(uri);
        if (!isObject) {
            limit.check();
        }
        try {
            return isObject && registry.isKnown(id(address)) ? known(address) : fetched(submission, address);
        } catch (RetriableException e) {
            throw e;
        } catch (VitoException e) {
            if (isObject && e.reason() == Reason.NOT_FOUND) { // known and removed since it was asked for?
                throw new RetriableException(e.reason(), String.valueOf(e.getMessage()), e);
            }
            throw e.reason() == Reason.TOO_LARGE || e.reason() == Reason.EMPTY
                    ? new VitoException(e.reason(), Addresses.shown(uri) + ": " + e.getMessage(), e)
                    : e;
        } catch (IOException e) {
            throw new RetriableException(Reason.STORAGE, Addresses.shown(uri) + " cannot be stored: " + e, e);
        }
    }

    private Put fetched(VideoSubmission submission, URI address) throws IOException {
        boolean isObject = ObjectFetcher.isObject(submission.getUri());
        try (Download download = fetchers.open(address)) {
            InputStream body = isObject // was counted when it came
                    ? download.body()
                    : new CountedStream(download.body(), bytes -> traffic.received(submission.getSource(), bytes));
            Put put = objects.put(PREFIX, body, settings.fetch().bytes());
            registry.hold(put.sha256());
            if (isObject || !put.existed() || !registry.isKnown(put.sha256())) {
                limit.added(put.sizeBytes());
            }
            return put;
        }
    }

    /** An object that is a known video. It may have gone from the store, or been put there once more by whoever submits it. */
    private Put known(URI object) throws IOException {
        String address = object.getSchemeSpecificPart();
        long size = objects.stat(address).map(ObjectStore.Stat::sizeBytes).orElse(0L);
        registry.hold(id(object));
        limit.added(size);
        return new Put(address, id(object), size, true);
    }

    /** The id of the video that is the object {@code address}. */
    private static String id(URI address) {
        return address.getSchemeSpecificPart().replaceFirst("^" + PREFIX + "/", "");
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
