package org.vito.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.utils.Time;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Topic;
import org.vito.protocol.TopicSetup;

/** A real Kafka of one node, started once for all tests of this process. */
final class TestBroker {
    private static final TestBroker SHARED = new TestBroker();

    private final KafkaAccess access;
    private final KafkaProducer<String, byte[]> producer;

    private TestBroker() {
        try {
            Path directory = Files.createTempDirectory("vito-ingest-broker");
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
            // after which a killed member's partitions are another's, though heartbeats may be late
            Map<String, String> soon = Map.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "1000");
            access = new KafkaAccess("127.0.0.1:" + port, soon);
            TopicSetup.ensure(access, (short) 1);
            producer = new KafkaProducer<>(new HashMap<String, Object>(access.producer()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Access to the broker; every topic is there. */
    static KafkaAccess access() {
        return SHARED.access;
    }

    /** Writes a record and waits until it is there. */
    static void send(String topic, String key, byte[] value) throws Exception {
        SHARED.producer.send(new ProducerRecord<>(topic, key, value)).get(120, TimeUnit.SECONDS);
    }

    /**
     * Says that {@code group} has read everything that is in {@code topics}. Its roles have stopped; what lingers of them is
     * sent away.
     */
    static void passOver(String group, List<Topic<?>> topics) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        topics.forEach(topic -> IntStream.range(0, topic.partitions())
                .forEach(i -> latest.put(new TopicPartition(topic.name(), i), OffsetSpec.latest())));
        try (Admin admin = access().admin()) {
            Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get(120, TimeUnit.SECONDS)
                    .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end.offset())));
            TestSystem.until("nobody reads as " + group, () -> alter(admin, group, ends));
        }
    }

    private static boolean alter(Admin admin, String group, Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            admin.alterConsumerGroupOffsets(group, offsets).all().get(120, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownMemberIdException)) {
                throw new AssertionError(e);
            }
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions());
            return false;
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
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "2");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("log.index.size.max.bytes", "65536");
        p.setProperty("log.cleaner.enable", "false");
        return p;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
