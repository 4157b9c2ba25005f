package org.vito.learner.data;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

/** Tells records that can be learned from. */
final class UsableClips {
    private UsableClips() {}

    /**
     * The clip in {@code record}.
     *
     * @throws VitoException {@link Reason#DAMAGED_RECORD} if there is none, {@link Reason#DAMAGED_CLIP} if it has no frames
     *     or no video
     */
    static Clip read(ConsumerRecord<String, byte[]> record) {
        Clip clip = Topics.CLIPS.read(record);
        if (clip.getFramesCount() == 0 || clip.getVideoId().isEmpty()) {
            throw new VitoException(
                    Reason.DAMAGED_CLIP,
                    "clip '%s' at %s-%d@%d has %d frames and video id '%s', expected frames of a named video"
                            .formatted(
                                    clip.getClipId(),
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    clip.getFramesCount(),
                                    clip.getVideoId()));
        }
        return clip;
    }
}
