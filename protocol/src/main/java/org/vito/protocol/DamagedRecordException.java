package org.vito.protocol;

/** A Kafka record whose bytes are not a message of its topic. Names topic, partition and offset. */
public final class DamagedRecordException extends VitoException {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final int partition;
    private final long offset;

    DamagedRecordException(String topic, int partition, long offset, String expected, Throwable cause) {
        super(
                Reason.DAMAGED_RECORD,
                "record %s-%d@%d is not a %s: %s".formatted(topic, partition, offset, expected, cause.getMessage()),
                cause);
        this.topic = topic;
        this.partition = partition;
        this.offset = offset;
    }

    public String topic() {
        return topic;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }
}
