package org.vito.decode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.Platform;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;

/** Makes segments of accepted videos, once for each video. */
final class SegmentPlanner implements RecordTransform {
    static final String STAGE = "decode.plan";
    private static final Duration REMEMBERED = Duration.ofDays(6); // segments are kept for seven

    private final DecodeSettings settings;
    private final Platform platform;
    private final Executor blocking;
    private final KeptFrames kept;
    private @Nullable PlannedVideos planned;

    SegmentPlanner(DecodeSettings settings, Platform platform, Executor blocking) {
        this.settings = settings;
        this.platform = platform;
        this.blocking = blocking;
        kept = new KeptFrames(platform.objects());
    }

    @Override
    public CompletionStage<List<ProducerRecord<String, byte[]>>> apply(ConsumerRecord<String, byte[]> record) {
        return CompletableFuture.supplyAsync(() -> plan(record), blocking);
    }

    private List<ProducerRecord<String, byte[]>> plan(ConsumerRecord<String, byte[]> record) {
        String subject = String.valueOf(record.key());
        String keptFrames = "";
        try {
            if (record.value() == null) {
                return List.of(); // a decision that was taken back
            }
            CurationDecision decision = Topics.CURATED.read(record);
            subject = decision.getVideoId();
            keptFrames = decision.getKeptFrames();
            if (!decision.getAccepted() || wasAcceptedLongAgo(decision)) {
                return List.of();
            }
            List<ProducerRecord<String, byte[]>> segments = new ArrayList<>();
            SegmentPlan.of(decision, settings).forEach(segment -> segments.add(Topics.SEGMENTS.record(segment)));
            if (!planned().wasPlanned(decision.getVideoId())) {
                return segments;
            }
            kept.forget(keptFrames);
            return List.of();
        } catch (RetriableException e) {
            throw e;
        } catch (VitoException e) {
            kept.forget(keptFrames);
            return List.of(Topics.DEAD_LETTERS.record(DeadLetters.of(STAGE, subject, e, 1, record, platform.clock())));
        }
    }

    /** Whether a video that was judged again was planned when it was accepted first, so long ago that its segments are gone. */
    private boolean wasAcceptedLongAgo(CurationDecision decision) {
        long first = decision.getFirstAcceptedAtMs();
        return first != 0 && platform.clock().millis() - first > REMEMBERED.toMillis();
    }

    private synchronized PlannedVideos planned() {
        if (planned == null) {
            planned = new PlannedVideos(platform.kafka());
        }
        return planned;
    }

    @Override
    public synchronized void close() {
        PlannedVideos open = planned;
        if (open != null) {
            blocking.execute(open::close);
        }
    }
}
