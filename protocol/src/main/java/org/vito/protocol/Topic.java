package org.vito.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A Kafka topic and what its records are: the one place that turns messages into records and back.
 *
 * <p>Reading never trusts the bytes: whatever does not parse becomes a {@link DamagedRecordException} that names topic,
 * partition and offset. Where people write by hand ({@code json}), a value whose first byte is an opening brace is read
 * as protobuf's canonical JSON; no protobuf message of ours can begin with that byte (it would be field 15, wire type 3).
 *
 * @param <T> the message type of the topic
 */
public final class Topic<T extends Message> {
    private final String name;
    private final T prototype;
    private final Function<T, String> key;
    private final int partitions;
    private final Map<String, String> settings;
    private final boolean json;

    Topic(
            String name,
            T prototype,
            Function<T, String> key,
            int partitions,
            Map<String, String> settings,
            boolean json) {
        this.name = name;
        this.prototype = prototype;
        this.key = key;
        this.partitions = partitions;
        this.settings = Map.copyOf(settings);
        this.json = json;
    }

    /** The topic's name in Kafka. */
    public String name() {
        return name;
    }

    /** Number of partitions it is created with. */
    public int partitions() {
        return partitions;
    }

    /** Topic-level settings (Kafka's names) that it is created with and checked against. */
    public Map<String, String> settings() {
        return settings;
    }

    /** The key under which {@code message} is written. */
    public String key(T message) {
        return key.apply(message);
    }

    /** The record that carries {@code message}; Kafka picks the partition by the key. */
    public ProducerRecord<String, byte[]> record(T message) {
        return new ProducerRecord<>(name, key(message), message.toByteArray());
    }

    /**
     * The message in {@code consumed}.
     *
     * @throws DamagedRecordException if the value is absent or does not parse
     */
    public T read(ConsumerRecord<String, byte[]> consumed) {
        byte[] value = consumed.value();
        try {
            return parse(value);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new DamagedRecordException(
                    consumed.topic(),
                    consumed.partition(),
                    consumed.offset(),
                    prototype.getDescriptorForType().getName() + (json ? " in protobuf or JSON" : " in protobuf"),
                    e);
        }
    }

    /** The message in {@code value}, as {@link #read} without a position to name. */
    @SuppressWarnings("unchecked") // a prototype's parser and builder make its own type
    public T parse(byte[] value) throws InvalidProtocolBufferException {
        if (value == null) {
            throw new InvalidProtocolBufferException("the value is null");
        }
        if (json && value.length > 0 && value[0] == '{') {
            Message.Builder builder = prototype.newBuilderForType();
            JsonFormat.parser().merge(new String(value, StandardCharsets.UTF_8), builder);
            return (T) builder.build();
        }
        return ((Parser<T>) prototype.getParserForType()).parseFrom(value);
    }

    @Override
    public String toString() {
        return name;
    }
}
