package org.vito.deploy;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.vito.protocol.Durable;

/**
 * What an embedded broker remembers from one start to the next: its cluster's id, and the ports it had, so that whoever
 * was told its address finds it again.
 */
record BrokerIdentity(String clusterId, int port, int controllerPort) {
    /** The address on which everything listens: this machine, nobody else. */
    static final String HOST = "127.0.0.1";

    private static final String FILE = "identity.properties";

    /**
     * The identity kept in {@code directory}, with ports that are free now.
     *
     * @param wanted the port that must be used, or 0
     */
    static BrokerIdentity of(Path directory, int wanted) throws IOException {
        Properties kept = read(directory);
        int port = wanted != 0 ? wanted : freePort(number(kept, "port"), 0);
        return new BrokerIdentity(
                kept.getProperty("cluster.id", Uuid.randomUuid().toString()),
                port,
                freePort(number(kept, "controller.port"), port));
    }

    /** Address of the broker that runs in {@code directory} now, or nothing if none does. */
    static Optional<String> running(Path directory) {
        try {
            int port = number(read(directory), "port");
            return port != 0 && !free(port) ? Optional.of(HOST + ":" + port) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Properties read(Path directory) throws IOException {
        Properties kept = new Properties();
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                kept.load(reader);
            }
        }
        return kept;
    }

    /** Keeps this identity in {@code directory}, whole or not at all. */
    void keep(Path directory) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("cluster.id", clusterId);
        properties.setProperty("port", String.valueOf(port));
        properties.setProperty("controller.port", String.valueOf(controllerPort));
        Path temporary = directory.resolve(FILE + ".new");
        try (Writer writer = Files.newBufferedWriter(temporary)) {
            properties.store(writer, "VITO's embedded broker");
        }
        Durable.forceFile(temporary);
        Files.move(
                temporary,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Durable.forceDirectory(directory);
    }

    /** Whether nothing listens on {@code port} of this machine. */
    static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@link #HOST} as an address. */
    static InetAddress loopback() throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static int freePort(int preferred, int taken) throws IOException {
        if (preferred != 0 && preferred != taken && free(preferred)) {
            return preferred;
        }
        try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
            return socket.getLocalPort();
        }
    }

    private static int number(Properties kept, String key) {
        String value = kept.getProperty(key, "0");
        return value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : 0;
    }
}
