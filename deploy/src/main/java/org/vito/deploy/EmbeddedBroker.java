package org.vito.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A single-node Kafka inside this process: broker and KRaft controller, listening on this machine only, with its log in
 * a directory that outlives the process. The code is Kafka's own, so whatever holds here holds on a cluster.
 *
 * <p>A killed process loses nothing that a producer was told is written: the log is in the operating system's hands by
 * then, and the next start recovers it. One process at a time may use a directory; a lock file sees to it.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final int ATTEMPTS = 3; // a free port may be taken between finding and binding it

    private final KafkaRaftServer server;
    private final DirectoryLock lock;
    private final BrokerIdentity identity;
    private final BrokerSettings settings;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();

    private EmbeddedBroker(
            KafkaRaftServer server, DirectoryLock lock, BrokerIdentity identity, BrokerSettings settings) {
        this.server = server;
        this.lock = lock;
        this.identity = identity;
        this.settings = settings;
    }

    /**
     * Starts the broker and returns when it answers. The directory is formatted on its first start.
     *
     * @throws VitoException {@link Reason#STORAGE} if the directory cannot be used or another process uses it, {@link
     *     Reason#KAFKA} if the broker does not come up
     */
    static EmbeddedBroker start(BrokerSettings settings) {
        DirectoryLock lock = DirectoryLock.take(settings.directory(), "the embedded broker");
        try {
            if (settings.port() != 0 && !BrokerIdentity.free(settings.port())) {
                throw new VitoException(
                        Reason.KAFKA,
                        "port %d of this machine is taken; choose another with -Dvito.broker.port=… (0 = any free one)"
                                .formatted(settings.port()));
            }
            EmbeddedBroker broker = startOnFreePorts(settings, lock);
            Thread watch = new Thread(broker::watch, "vito-broker-watch");
            watch.setDaemon(true);
            watch.start();
            return broker;
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static EmbeddedBroker startOnFreePorts(BrokerSettings settings, DirectoryLock lock) {
        RuntimeException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                BrokerIdentity identity = BrokerIdentity.of(settings.directory(), settings.port());
                identity.keep(settings.directory());
                Properties properties = properties(settings, identity);
                format(settings.directory(), properties, identity);
                KafkaRaftServer server = startServer(properties);
                log.info("embedded broker listens on {}:{}", BrokerIdentity.HOST, identity.port());
                return new EmbeddedBroker(server, lock, identity, settings);
            } catch (IOException e) {
                throw new VitoException(
                        Reason.STORAGE, "broker directory " + settings.directory() + " cannot be used: " + e, e);
            } catch (VitoException e) {
                throw e;
            } catch (RuntimeException e) {
                log.warn("embedded broker did not start, attempt {} of {}", attempt + 1, ATTEMPTS, e);
                last = e;
            }
        }
        String why = last == null ? "" : ": " + last.getMessage();
        throw new VitoException(
                Reason.KAFKA,
                "the embedded broker did not start%s (data in %s)".formatted(why, settings.directory()),
                last == null ? new IllegalStateException() : last);
    }

    private static KafkaRaftServer startServer(Properties properties) {
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
            return server;
        } catch (RuntimeException e) {
            try {
                server.shutdown();
            } catch (RuntimeException inShutdown) {
                e.addSuppressed(inShutdown);
            }
            throw e;
        }
    }

    private static void format(Path directory, Properties properties, BrokerIdentity identity) throws IOException {
        Path file = directory.resolve("server.properties");
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, "written at every start");
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            String[] arguments = {
                "format", "--ignore-formatted", "--cluster-id", identity.clusterId(), "--config", file.toString()
            };
            if (StorageTool.execute(arguments, out) != 0) {
                throw new VitoException(
                        Reason.KAFKA,
                        "broker directory %s could not be formatted: %s"
                                .formatted(directory, said.toString(StandardCharsets.UTF_8)));
            }
        }
        log.info("{}", said.toString(StandardCharsets.UTF_8).strip());
    }

    private static Properties properties(BrokerSettings settings, BrokerIdentity identity) {
        String largest = String.valueOf(KafkaAccess.MAX_RECORD_BYTES);
        String plain = "PLAINTEXT://" + BrokerIdentity.HOST + ":" + identity.port();
        String controller = BrokerIdentity.HOST + ":" + identity.controllerPort();
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@" + controller);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("listeners", plain + ",CONTROLLER://" + controller);
        p.setProperty("advertised.listeners", plain);
        p.setProperty(
                "log.dirs", settings.directory().resolve("log").toAbsolutePath().toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", largest);
        p.setProperty("replica.fetch.max.bytes", largest);
        p.setProperty("log.segment.bytes", String.valueOf(settings.segmentBytes()));
        p.setProperty("log.index.size.max.bytes", String.valueOf(1 << 20));
        p.setProperty("log.cleaner.dedupe.buffer.size", String.valueOf(16 << 20));
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("offsets.topic.segment.bytes", String.valueOf(16 << 20));
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("transaction.state.log.segment.bytes", String.valueOf(16 << 20));
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("num.recovery.threads.per.data.dir", "2");
        return p;
    }

    /** Where clients find it: {@code host:port}. */
    String bootstrapServers() {
        return BrokerIdentity.HOST + ":" + identity.port();
    }

    /** Completes when the broker has stopped: normally after {@link #close}, with a failure if by itself. */
    CompletionStage<Void> ended() {
        return ended;
    }

    private void watch() {
        server.awaitShutdown();
        if (closing.get()) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(new VitoException(
                    Reason.KAFKA,
                    "the embedded broker stopped by itself; see the log file, and whether the disk under %s is full"
                            .formatted(settings.directory())));
        }
    }

    /** Stops the broker, for at most the configured time. Safe to call twice. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::shutdown, task -> {
            Thread thread = new Thread(task, "vito-broker-stop");
            thread.setDaemon(true);
            thread.start();
        });
        try {
            stopped.get(settings.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("the embedded broker took longer than {} to stop and is left to recover", settings.stopTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            log.warn("the embedded broker did not stop cleanly", e.getCause());
        } finally {
            lock.close();
        }
    }
}
