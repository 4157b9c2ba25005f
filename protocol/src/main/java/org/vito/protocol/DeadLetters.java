package org.vito.protocol;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.vito.protocol.v1.DeadLetter;

/**
 * Makes dead letters: the original record, whole, with the reason of its refusal. A record of the topic without a value is
 * no letter but the mark that an earlier one of the same partition was replayed; its header {@code vito-replayed} has the
 * offset.
 */
public final class DeadLetters {
    private static final String REPLAY = "vito-replay"; // header of a record
    private static final String REPLAYED = "vito-replayed"; // header of a mark: the letter's offset in decimal
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

    /** The mark that the letter at {@code offset} of {@code partition} was replayed; written in one transaction with it. */
    public static ProducerRecord<String, byte[]> mark(int partition, long offset) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                Topics.DEAD_LETTERS.name(), partition, "replayed/" + partition + "-" + offset, null);
        record.headers().add(REPLAYED, String.valueOf(offset).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    /** The offset of the letter that {@code record} marks as replayed; nothing if the record is no such mark. */
    public static OptionalLong marked(ConsumerRecord<String, byte[]> record) {
        Header header = record.headers().lastHeader(REPLAYED);
        if (record.value() != null || header == null || header.value() == null) {
            return OptionalLong.empty();
        }
        String offset = new String(header.value(), StandardCharsets.UTF_8);
        return offset.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(offset)) : OptionalLong.empty();
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
