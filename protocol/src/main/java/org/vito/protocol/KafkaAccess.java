package org.vito.protocol;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How to reach Kafka: the bootstrap servers and whatever client properties the user gave (security, time-outs), which
 * win over our defaults. Keys are strings and values bytes everywhere; {@link Topic} gives them meaning.
 *
 * @param bootstrapServers host:port pairs separated by commas
 * @param properties Kafka client properties, passed through to every client
 */
public record KafkaAccess(String bootstrapServers, Map<String, String> properties) {
    /** The largest record that any topic carries, in bytes. */
    public static final int MAX_RECORD_BYTES = 16 << 20;

    /** The largest dead letter in bytes: such a record whole, and what is said about it. */
    public static final int MAX_LETTER_BYTES = MAX_RECORD_BYTES + (1 << 16);

    public KafkaAccess {
        properties = Map.copyOf(properties);
    }

    /** Access without further properties. */
    public static KafkaAccess to(String bootstrapServers) {
        return new KafkaAccess(bootstrapServers, Map.of());
    }

    /** Properties of a consumer that reads committed records only and commits nothing by itself. */
    public Map<String, String> consumer(String group) {
        Map<String, String> p = common();
        p.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        p.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class.getName());
        p.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
        p.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(2 * MAX_RECORD_BYTES));
        p.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, String.valueOf(4 << 20));
        p.putAll(properties);
        return p;
    }

    /**
     * Those of a consumer that reads what is there and is closed. No fetch of it waits for records to come: its close would
     * wait for the answer, half a second by Kafka's own setting.
     */
    public Map<String, String> reader(String group) {
        Map<String, String> p = consumer(group);
        p.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
        return p;
    }

    /** Properties of an idempotent producer; for transactions add {@code transactional.id}. */
    public Map<String, String> producer() {
        Map<String, String> p = common();
        p.put(ProducerConfig.ACKS_CONFIG, "all");
        p.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        p.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
        p.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        p.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(MAX_LETTER_BYTES));
        p.put(ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(4 * MAX_RECORD_BYTES));
        p.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        p.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "60000");
        p.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "30000");
        p.putAll(properties);
        return p;
    }

    /** A client for topics, groups and offsets; the caller closes it. */
    public Admin admin() {
        Map<String, Object> p = new HashMap<>(common());
        p.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, "30000");
        p.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        p.putAll(properties);
        return Admin.create(p);
    }

    /** Servers and names of properties; their values may be passwords. */
    @Override
    public String toString() {
        return "KafkaAccess[" + bootstrapServers + ", properties " + new TreeSet<>(properties.keySet()) + "]";
    }

    private Map<String, String> common() {
        Map<String, String> p = new HashMap<>();
        p.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return p;
    }
}
