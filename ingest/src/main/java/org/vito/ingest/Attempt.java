package org.vito.ingest;

import com.google.protobuf.ByteString;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.SubmissionRetry;

/**
 * A submission that is to be tried.
 *
 * @param record the record that was submitted
 * @param number which attempt this is, from 1
 * @param notBeforeMs when it may begin, in milliseconds of the epoch
 */
record Attempt(ConsumerRecord<String, byte[]> record, int number, long notBeforeMs) {
    /** The first attempt, now. */
    static Attempt first(ConsumerRecord<String, byte[]> record) {
        return new Attempt(record, 1, 0);
    }

    /** The attempt that a record of {@link Topics#RETRIES} asks for. @throws org.vito.protocol.DamagedRecordException if none */
    @SuppressWarnings("NullAway") // Kafka has null for no key
    static Attempt again(ConsumerRecord<String, byte[]> record) {
        SubmissionRetry retry = Topics.RETRIES.read(record);
        ConsumerRecord<String, byte[]> submitted = new ConsumerRecord<>(
                Topics.SUBMITTED.name(),
                retry.getPartition(),
                retry.getOffset(),
                retry.getKey().isEmpty() ? null : retry.getKey().toStringUtf8(),
                retry.getValue().toByteArray());
        return new Attempt(submitted, retry.getAttempts() + 1, retry.getNotBeforeMs());
    }

    /** What is written to try {@code record} again. */
    static SubmissionRetry retry(ConsumerRecord<String, byte[]> record, int attempts, long notBeforeMs) {
        SubmissionRetry.Builder retry = SubmissionRetry.newBuilder()
                .setPartition(record.partition())
                .setOffset(record.offset())
                .setAttempts(attempts)
                .setNotBeforeMs(notBeforeMs);
        if (record.key() != null) {
            retry.setKey(ByteString.copyFromUtf8(record.key()));
        }
        if (record.value() != null) {
            retry.setValue(ByteString.copyFrom(record.value()));
        }
        return retry.build();
    }
}
