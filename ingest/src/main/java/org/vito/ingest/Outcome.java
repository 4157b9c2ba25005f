package org.vito.ingest;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.decode.VideoInfo;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.v1.VideoSubmission;

/** What became of one record of the submitted topic. */
sealed interface Outcome {
    /** The record itself. */
    ConsumerRecord<String, byte[]> record();

    /**
     * The bytes lie in the object store and are a video.
     *
     * @param info what the video is; null if these bytes are known already
     */
    record Accepted(
            ConsumerRecord<String, byte[]> record,
            VideoSubmission submission,
            ObjectStore.Put put,
            @Nullable VideoInfo info)
            implements Outcome {}

    /** Its address stands for several videos, each of which is submitted in its place. */
    record Divided(ConsumerRecord<String, byte[]> record, List<VideoSubmission> videos) implements Outcome {
        public Divided {
            videos = List.copyOf(videos);
        }
    }

    /**
     * It is tried again later.
     *
     * @param attempts how often it was tried so far
     */
    record Postponed(ConsumerRecord<String, byte[]> record, int attempts, Duration pause) implements Outcome {}

    /**
     * It is not taken in.
     *
     * @param stage which part of ingest refused it, e.g. {@code ingest.fetch}
     * @param subject what people would call it
     * @param put the object that was stored on the way, if it came so far
     */
    record Refused(
            ConsumerRecord<String, byte[]> record,
            String stage,
            String subject,
            Throwable cause,
            int attempts,
            ObjectStore.@Nullable Put put)
            implements Outcome {}
}
