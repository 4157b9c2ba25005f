package org.vito.protocol;

import com.google.protobuf.ByteString;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.vito.protocol.v1.DeadLetter;

/** Makes dead letters: the original record, whole, with the reason of its refusal. */
public final class DeadLetters {
    private static final String REPLAY = "vito-replay"; // header of a record
    private static final int LONGEST_TEXT = 4000; // characters

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
        return DeadLetter.newBuilder()
                .setStage(stage)
                .setSubject(cut(subject))
                .setReasonCode(VitoException.reasonOf(cause).name())
                .setMessage(cut(sentence(cause)))
                .setAttempts(attempts)
                .setAtMs(clock.millis())
                .build();
    }

    /**
     * The record that {@code letter} was written for, to be sent once more, marked as a replay.
     *
     * @throws VitoException DAMAGED_RECORD if the letter was not written for a record
     */
    public static ProducerRecord<String, byte[]> replay(DeadLetter letter) {
        if (letter.getTopic().isEmpty()) {
            throw new VitoException(
                    Reason.DAMAGED_RECORD,
                    "the dead letter of %s holds no record to replay".formatted(letter.getSubject()));
        }
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                letter.getTopic(),
                letter.getKey().isEmpty() ? null : letter.getKey().toStringUtf8(),
                letter.getValue().toByteArray());
        record.headers().add(REPLAY, new byte[0]);
        return record;
    }

    /** Whether {@code record} was sent once more by way of {@link #replay}. */
    public static boolean isReplay(ConsumerRecord<?, ?> record) {
        return record.headers().lastHeader(REPLAY) != null;
    }

    /** The words that belong to {@link VitoException#reasonOf}: those of our own exception, however it was wrapped. */
    private static String sentence(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof VitoException known && known.getMessage() != null) {
                return known.getMessage();
            }
        }
        return cause.toString();
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " …";
    }
}
