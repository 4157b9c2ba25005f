package org.vito.deploy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * A process's name: host, what it does, four digits of its data directory, and the first number that no live process of
 * the same directory has. It is therefore the same after a restart and never that of two processes at once, as
 * transactional ids need it.
 */
final class InstanceName implements AutoCloseable {
    private static final int MOST = 1000;

    private final String name;
    private final @Nullable DirectoryLock lock;

    private InstanceName(String name, @Nullable DirectoryLock lock) {
        this.name = name;
        this.lock = lock;
    }

    /**
     * Takes a name until closed.
     *
     * @param given the configured name, used as it is unless empty
     * @param what what the process does, a word
     */
    static InstanceName take(Path data, String given, String what) {
        if (!given.isEmpty()) {
            return new InstanceName(given, null);
        }
        String digits =
                Sha256.of(data.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 4);
        for (int number = 1; number <= MOST; number++) {
            DirectoryLock lock = DirectoryLock.tryTake(data.resolve("instances").resolve(what + "-" + number));
            if (lock != null) {
                return new InstanceName(host() + "-" + what + "-" + digits + "-" + number, lock);
            }
        }
        throw new VitoException(
                Reason.STORAGE, "more than " + MOST + " processes '" + what + "' use data directory " + data);
    }

    String name() {
        return name;
    }

    private static String host() {
        try {
            String host = InetAddress.getLocalHost().getHostName();
            return host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
