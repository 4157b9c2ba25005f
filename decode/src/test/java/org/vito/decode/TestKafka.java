package org.vito.decode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.vito.protocol.KafkaAccess;

/** A real Kafka of one node, in this process, with its log in a directory of the test. */
final class TestKafka implements AutoCloseable {
    private final KafkaRaftServer server;
    private final KafkaAccess access;

    private TestKafka(KafkaRaftServer server, KafkaAccess access) {
        this.server = server;
        this.access = access;
    }

    static TestKafka start(Path directory) throws IOException {
        int port;
        int controllerPort;
        try (ServerSocket first = new ServerSocket(0);
                ServerSocket second = new ServerSocket(0)) {
            port = first.getLocalPort();
            controllerPort = second.getLocalPort();
        }
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@localhost:" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("listeners", "PLAINTEXT://localhost:" + port + ",CONTROLLER://localhost:" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://localhost:" + port);
        p.setProperty("log.dirs", directory.resolve("log").toString());
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("transaction.state.log.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("auto.create.topics.enable", "false");
        Path file = directory.resolve("server.properties");
        try (var out = Files.newBufferedWriter(file)) {
            p.store(out, null);
        }
        String[] format = {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()};
        var said = new ByteArrayOutputStream();
        if (StorageTool.execute(format, new PrintStream(said, true, StandardCharsets.UTF_8)) != 0) {
            throw new IOException(said.toString(StandardCharsets.UTF_8));
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(p, false), Time.SYSTEM);
        server.startup();
        // after which a killed member's partitions are another's, though heartbeats may be late
        Map<String, String> soon = Map.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "1000");
        return new TestKafka(server, new KafkaAccess("localhost:" + port, soon));
    }

    KafkaAccess access() {
        return access;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
