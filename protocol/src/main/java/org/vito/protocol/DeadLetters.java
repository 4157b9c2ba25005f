package org.vito.protocol;

import com.google.protobuf.ByteString;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vito.protocol.v1.DeadLetter;

/** Makes dead letters: the original record, whole, with the reason of its refusal. */
public final class DeadLetters {
    private DeadLetters() {}

    /**
     * The letter for a record that {@code stage} refused.
     *
     * @param subject what people would call it: a URI, a video id, a clip id
     */
    public static DeadLetter of(
            String stage,
            String subject,
            Throwable cause,
            int attempts,
            ConsumerRecord<String, byte[]> record,
            InstantSource clock) {
        DeadLetter.Builder letter = of(stage, subject, cause, attempts, clock).toBuilder()
                .setTopic(record.topic())
                .setPartition(record.partition())
                .setOffset(record.offset());
        if (record.key() != null) {
            letter.setKey(ByteString.copyFromUtf8(record.key()));
        }
        if (record.value() != null) {
            letter.setValue(ByteString.copyFrom(record.value()));
        }
        return letter.build();
    }

    /** The letter for something that was never a record. */
    public static DeadLetter of(String stage, String subject, Throwable cause, int attempts, InstantSource clock) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return DeadLetter.newBuilder()
                .setStage(stage)
                .setSubject(subject)
                .setReasonCode(VitoException.reasonOf(cause).name())
                .setMessage(message)
                .setAttempts(attempts)
                .setAtMs(clock.millis())
                .build();
    }
}
