package org.vito.ingest.source;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that something stirred below a directory, where the system tells; where it does not (network file systems, too
 * many directories) the periodic look alone finds what is new.
 */
final class DirectoryWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DirectoryWatch.class);

    private final Set<Path> watched = new HashSet<>();
    private @Nullable WatchService service;

    private DirectoryWatch(@Nullable WatchService service) {
        this.service = service;
    }

    /** A watch on no directory yet. */
    static DirectoryWatch open() {
        try {
            return new DirectoryWatch(FileSystems.getDefault().newWatchService());
        } catch (IOException | UnsupportedOperationException e) {
            log.warn("directories cannot be watched and will be looked at now and then: {}", e.toString());
            return none();
        }
    }

    /** A watch that never notices anything. */
    static DirectoryWatch none() {
        return new DirectoryWatch(null);
    }

    /** Watches {@code directory} too. */
    synchronized void add(Path directory) {
        if (service == null || !watched.add(directory)) {
            return;
        }
        try {
            directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            watched.remove(directory);
            log.warn("{} cannot be watched and will be looked at now and then: {}", directory, e.toString());
        }
    }

    /** Forgets what stirred so far. */
    synchronized void drain() {
        stirred();
    }

    /** Whether something stirred since it was last asked; never blocks. */
    synchronized boolean stirred() {
        boolean any = false;
        try {
            for (WatchKey key = poll(); key != null; key = poll()) {
                any = true;
                key.pollEvents();
                if (!key.reset()) {
                    watched.remove((Path) key.watchable());
                }
            }
        } catch (ClosedWatchServiceException e) {
            return false;
        }
        return any;
    }

    private @Nullable WatchKey poll() {
        return service == null ? null : service.poll();
    }

    @Override
    public synchronized void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException e) {
            log.debug("watch not closed", e);
        }
        service = null;
    }
}
