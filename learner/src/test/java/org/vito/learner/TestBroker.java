package org.vito.learner;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;

/** A real Kafka of one node, started once for all tests of this process. */
public final class TestBroker {
    private static final TestBroker SHARED = new TestBroker();

    private final KafkaAccess access;

    private TestBroker() {
        try {
            Path directory = Files.createTempDirectory("vito-learner-broker");
            int port = freePort();
            Properties p = properties(directory, port, freePort());
            Path file = directory.resolve("server.properties");
            try (OutputStream out = Files.newOutputStream(file)) {
                p.store(out, null);
            }
            String[] format = {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()};
            StorageTool.execute(format, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(p, false), Time.SYSTEM);
            server.startup();
            Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
            access = KafkaAccess.to("127.0.0.1:" + port);
            TopicSetup.ensure(access, (short) 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties properties(Path directory, int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.setProperty("log.dirs", directory.resolve("log").toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", String.valueOf(KafkaAccess.MAX_RECORD_BYTES));
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "2");
        p.setProperty("log.index.size.max.bytes", "65536");
        p.setProperty("log.cleaner.enable", "false");
        return p;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Access to the broker, all topics being there and the clips topic empty. */
    public static KafkaAccess withoutClips() throws Exception {
        try (Admin admin = SHARED.access.admin()) {
            Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, Topics.CLIPS.partitions())
                    .boxed()
                    .collect(Collectors.toMap(
                            i -> new TopicPartition(Topics.CLIPS.name(), i), i -> OffsetSpec.latest()));
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get(120, TimeUnit.SECONDS)
                    .forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end.offset())));
            admin.deleteRecords(all).all().get(120, TimeUnit.SECONDS);
        }
        return SHARED.access;
    }

    /** A producer; with an id it is transactional and ready to begin. */
    public static KafkaProducer<String, byte[]> producer(String transactionalId) {
        Map<String, Object> p = new HashMap<>(SHARED.access.producer());
        if (transactionalId.isEmpty()) {
            return new KafkaProducer<>(p);
        }
        p.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(p);
        producer.initTransactions();
        return producer;
    }

    /** Sends a record; a failure shows when the producer is closed or its transaction committed. */
    public static void send(KafkaProducer<String, byte[]> producer, ProducerRecord<String, byte[]> record) {
        Future<RecordMetadata> unused = producer.send(record);
    }

    /** Every committed message of {@code topic} now in it that {@code wanted} accepts, each partition in order. */
    public static <T extends com.google.protobuf.Message> List<T> read(Topic<T> topic, Predicate<T> wanted) {
        Map<String, Object> p = new HashMap<>(SHARED.access.reader("test"));
        p.remove(ConsumerConfig.GROUP_ID_CONFIG);
        List<T> found = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(p)) {
            List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                    .mapToObj(i -> new TopicPartition(topic.name(), i))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(x -> consumer.position(x) < ends.getOrDefault(x, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    T message = topic.read(record);
                    if (wanted.test(message)) {
                        found.add(message);
                    }
                });
            }
        }
        return found;
    }
}
