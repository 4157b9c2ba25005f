package org.vito.decode;

import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;

/** Makes clips of segments, or a dead letter of a segment that cannot be decoded. */
final class SegmentDecoder implements RecordTransform {
    static final String STAGE = "decode";

    private final ActorSystem<?> system;
    private final DecodeSettings settings;
    private final Decoders decoders;
    private final Platform platform;
    private final Executor blocking;
    private final StageMeter meter;
    private final KeptFrames kept;
    private final Counter windowsLeftOut;
    private final Counter lostSeconds;
    private @Nullable Quarantine quarantine;

    SegmentDecoder(
            ActorSystem<?> system,
            DecodeSettings settings,
            Decoders decoders,
            Platform platform,
            Executor blocking,
            StageMeter meter) {
        this.system = system;
        this.settings = settings;
        this.decoders = decoders;
        this.platform = platform;
        this.blocking = blocking;
        this.meter = meter;
        kept = new KeptFrames(platform.objects());
        windowsLeftOut = platform.stages().registry().counter("vito.decode.windows.left.out");
        lostSeconds = platform.stages().registry().counter("vito.decode.lost.seconds");
    }

    @Override
    public CompletionStage<List<ProducerRecord<String, byte[]>>> apply(ConsumerRecord<String, byte[]> record) {
        DecodeSegment segment;
        try {
            segment = Topics.SEGMENTS.read(record);
        } catch (VitoException e) {
            return CompletableFuture.completedFuture(refused(record, String.valueOf(record.key()), e, 1));
        }
        return decode(record, segment, 1);
    }

    private CompletionStage<List<ProducerRecord<String, byte[]>>> decode(
            ConsumerRecord<String, byte[]> record, DecodeSegment segment, int attempt) {
        return CompletableFuture.supplyAsync(() -> source(record, segment), blocking)
                .thenCompose(source -> decoders.decode(source.file(), segment, source.kept()))
                .thenApplyAsync(clips -> records(segment, clips), blocking)
                .exceptionallyCompose(thrown -> failed(record, segment, attempt, thrown));
    }

    /** What clips are made of. */
    private record Source(Path file, ByteString kept) {}

    private Source source(ConsumerRecord<String, byte[]> record, DecodeSegment segment) {
        if (!DeadLetters.isReplay(record)) {
            quarantine().check(segment.getVideoId());
        }
        String address = segment.getVideo().getAddress();
        try {
            return new Source(platform.objects().localFile(address), kept.at(segment.getKeptFrames()));
        } catch (IOException e) {
            throw new RetriableException(Reason.STORAGE, "object %s cannot be read: %s".formatted(address, e), e);
        }
    }

    private List<ProducerRecord<String, byte[]>> records(DecodeSegment segment, List<Clip> clips) {
        kept.forget(segment.getKeptFrames()); // if this is not committed, they are decoded again
        meter.passed(clips.size());
        windowsLeftOut.increment(ClipWindow.of(segment, settings).size() - clips.size());
        clips.stream()
                .limit(1)
                .flatMap(clip -> clip.getLostList().stream())
                .forEach(lost -> lostSeconds.increment((lost.getEndUs() - lost.getStartUs()) / 1e6));
        return clips.stream().map(Topics.CLIPS::record).toList();
    }

    private CompletionStage<List<ProducerRecord<String, byte[]>>> failed(
            ConsumerRecord<String, byte[]> record, DecodeSegment segment, int attempt, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(cause instanceof RetriableException)) {
            kept.forget(segment.getKeptFrames());
            quarantine().add(segment.getVideoId(), VitoException.reasonOf(cause), String.valueOf(cause.getMessage()));
            return CompletableFuture.completedFuture(refused(record, segment.getVideoId(), cause, attempt));
        }
        if (attempt >= settings.streams().attempts()) {
            return CompletableFuture.failedFuture(cause);
        }
        Duration wait = settings.streams().minBackoff().multipliedBy(1L << Math.min(attempt - 1, 10));
        return Patterns.after(wait, system, () -> decode(record, segment, attempt + 1));
    }

    private List<ProducerRecord<String, byte[]>> refused(
            ConsumerRecord<String, byte[]> record, String subject, Throwable cause, int attempts) {
        meter.failed();
        return List.of(
                Topics.DEAD_LETTERS.record(DeadLetters.of(STAGE, subject, cause, attempts, record, platform.clock())));
    }

    private synchronized Quarantine quarantine() {
        if (quarantine == null) {
            boolean damaged = settings.damage() == DecodeSettings.Damage.REJECT;
            quarantine = new Quarantine(
                    platform.kafka(),
                    damaged
                            ? EnumSet.of(Reason.DECODER_CRASHED, Reason.DAMAGED_VIDEO)
                            : EnumSet.of(Reason.DECODER_CRASHED));
        }
        return quarantine;
    }

    @Override
    public synchronized void close() {
        Quarantine open = quarantine;
        if (open != null) {
            blocking.execute(open::close);
        }
    }
}
