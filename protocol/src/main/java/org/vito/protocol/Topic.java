package org.vito.protocol;

import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.util.JsonFormat;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka topic and what its records are: the one place that turns messages into records and back.
 *
 * <p>Reading never trusts the bytes: whatever does not parse becomes a {@link DamagedRecordException} that names topic,
 * partition and offset. Where people write by hand ({@code json}), a value whose first byte is an opening brace is read
 * as protobuf's canonical JSON; no protobuf message of ours begins with that byte (it would open field 15 as a group, and
 * proto3 has no groups). An empty value is damaged too: every message of ours names something.
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

    /** What the topic's messages are made of. */
    Descriptor descriptor() {
        return prototype.getDescriptorForType();
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
        try {
            return parse(consumed.value());
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedRecordException(
                    consumed.topic(),
                    consumed.partition(),
                    consumed.offset(),
                    descriptor().getName() + (json ? " in protobuf or JSON" : " in protobuf"),
                    e);
        }
    }

    /**
     * The message in {@code value}, as {@link #read} without a position to name.
     *
     * @throws InvalidProtocolBufferException if the value is absent, empty or does not parse
     */
    @SuppressWarnings("unchecked") // a prototype's parser and builder make its own type
    public T parse(byte @Nullable [] value) throws InvalidProtocolBufferException {
        if (value == null || value.length == 0) {
            throw new InvalidProtocolBufferException("the value is " + (value == null ? "null" : "empty"));
        }
        if (json && value[0] == '{') {
            return (T) parseJson(value);
        }
        return ((Parser<T>) prototype.getParserForType()).parseFrom(value);
    }

    private Message parseJson(byte[] value) throws InvalidProtocolBufferException {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            JsonParser.parseString(text); // the format's own parser does not look at what follows the message
            JsonFormat.parser().merge(text, builder);
            Message message = builder.build();
            if (message.equals(prototype)) {
                throw new InvalidProtocolBufferException("the message is empty");
            }
            return message;
        } catch (CharacterCodingException e) {
            throw new InvalidProtocolBufferException("JSON that is not UTF-8: " + e.getMessage(), e);
        } catch (RuntimeException e) { // what the JSON parser has not foreseen of bytes from outside
            throw new InvalidProtocolBufferException("not JSON of a message: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
