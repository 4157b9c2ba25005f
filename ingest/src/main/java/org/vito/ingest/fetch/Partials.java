package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Sha256;

/**
 * The beginnings of downloads that have not ended, so that whoever fetches the same again, also after the process was killed, asks
 * for the rest alone. A beginning is two files called after the hash of its address: {@code .head}, which version it is of, and {@code
 * .part}, its bytes. What nobody has asked for for long is deleted, and more bytes than allowed are not kept. Bytes from before the
 * machine's last start are not trusted, as nothing forced them to disk. Safe to use from several threads of one process.
 */
final class Partials {
    private static final Logger log = LoggerFactory.getLogger(Partials.class);
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id"); // only Linux tells

    private final Path directory;
    private final long mostBytes;
    private final Duration longest;
    private final InstantSource clock;
    private final String boot;
    private final Set<String> inUse = new HashSet<>(); // guarded by this

    private Partials(Path directory, long mostBytes, Duration longest, InstantSource clock, String boot) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.longest = longest;
        this.clock = clock;
        this.boot = boot;
    }

    /**
     * Those of a directory, which is created when something is first kept.
     *
     * @param mostBytes most bytes of all together; 0 = none are kept
     * @param longest how long one is kept
     */
    static Partials in(Path directory, long mostBytes, Duration longest, InstantSource clock) {
        String boot = "";
        try {
            boot = Files.exists(BOOT) ? Files.readString(BOOT).strip() : "";
        } catch (IOException e) {
            log.debug("{} cannot be read", BOOT, e);
        }
        Partials partials = new Partials(directory, mostBytes, longest, clock, boot);
        if (Files.exists(directory)) {
            partials.room(0);
        }
        return partials;
    }

    /** The beginning of what is at {@code address}, to go on with; nothing if there is none, or another thread has it. */
    Optional<Partial> find(URI address) {
        String name = Sha256.of(address.toString().getBytes(StandardCharsets.UTF_8));
        if (!claim(name)) {
            return Optional.empty();
        }
        try {
            Path head = directory.resolve(name + ".head");
            Path part = directory.resolve(name + ".part");
            if (Files.exists(head) && Files.exists(part)) {
                List<String> lines = Files.readAllLines(head);
                long size = Files.size(part);
                if (lines.size() == 4
                        && lines.get(0).equals(boot)
                        && lines.get(1).matches("[0-9]{1,18}")
                        && size > 0) {
                    Version version = new Version(Long.parseLong(lines.get(1)), lines.get(2), lines.get(3));
                    if (size < version.sizeBytes()) {
                        return Optional.of(new Partial(name, version, size, false));
                    }
                }
            }
            remove(name);
        } catch (IOException e) {
            log.warn("the beginning of a download cannot be read", e);
        }
        release(name);
        return Optional.empty();
    }

    /** Begins to keep what is at {@code address}; nothing if there is no room, or another thread keeps it. */
    Optional<Partial> begin(URI address, Version version) {
        String name = Sha256.of(address.toString().getBytes(StandardCharsets.UTF_8));
        if (mostBytes == 0 || !claim(name)) {
            return Optional.empty();
        }
        try {
            if (room(version.sizeBytes())) {
                remove(name);
                Path head = directory.resolve(name + ".head");
                Path temporary = directory.resolve(name + ".new");
                Files.write(
                        temporary,
                        List.of(boot, String.valueOf(version.sizeBytes()), version.etag(), version.changed()),
                        StandardCharsets.UTF_8);
                Files.move(temporary, head, StandardCopyOption.ATOMIC_MOVE);
                return Optional.of(new Partial(name, version, 0, true));
            }
        } catch (IOException e) {
            log.warn("the beginning of a download is not kept", e);
        }
        release(name);
        return Optional.empty();
    }

    private synchronized boolean claim(String name) {
        return inUse.add(name);
    }

    private synchronized void release(String name) {
        inUse.remove(name);
    }

    private void remove(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name + ".part"));
        Files.deleteIfExists(directory.resolve(name + ".head"));
    }

    /** Deletes what is too old, or of no use; returns whether so many bytes more may be kept. */
    private synchronized boolean room(long more) {
        long sum = 0;
        try {
            Files.createDirectories(directory);
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    String name = String.valueOf(file.getFileName()).replaceAll("\\..*", "");
                    long age = clock.millis() - Files.getLastModifiedTime(file).toMillis();
                    if (!inUse.contains(name) && (age > longest.toMillis() || mostBytes == 0)) {
                        Files.deleteIfExists(file);
                    } else {
                        sum += Files.size(file);
                    }
                }
            }
        } catch (IOException e) {
            log.warn("the beginnings of downloads in {} cannot be looked at", directory, e);
            return false;
        }
        return sum + more <= mostBytes;
    }

    /**
     * What tells a version from others, byte for byte: a strong tag, else the time of change.
     *
     * @param etag as the server sent it, weak or empty too
     * @param changed the time of change as the server sent it, or empty
     */
    record Version(long sizeBytes, String etag, String changed) {
        /** What a request for the rest says it is of; empty if nothing can tell. */
        String validator() {
            return etag.isEmpty() || etag.startsWith("W/") ? changed : etag;
        }
    }

    /** A beginning that is in use until what is made of it is closed, or it is dropped. */
    final class Partial {
        private final String name;
        private final Version version;
        private final long position;
        private final boolean fresh;
        private boolean over;

        private Partial(String name, Version version, long position, boolean fresh) {
            this.name = name;
            this.version = version;
            this.position = position;
            this.fresh = fresh;
        }

        Version version() {
            return version;
        }

        /** How many bytes there are. */
        long position() {
            return position;
        }

        /** Deletes it. */
        void drop() {
            if (over) {
                return;
            }
            over = true;
            try {
                remove(name);
            } catch (IOException e) {
                log.warn("the beginning of a download cannot be deleted", e);
            } finally {
                release(name);
            }
        }

        /** Lets go of it and leaves it where it is. */
        void leave() {
            if (!over) {
                over = true;
                release(name);
            }
        }

        /** What there is, and behind it {@code rest}, which is kept while it is read; it is deleted when all of it was read. */
        InputStream followedBy(InputStream rest) throws IOException {
            FileChannel file = FileChannel.open(
                    directory.resolve(name + ".part"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (fresh) {
                file.truncate(0);
            }
            return new Body(file, rest);
        }

        private final class Body extends BlockStream {
            private final InputStream rest;
            private @Nullable FileChannel file; // null once it is not kept any more
            private long at;
            private boolean useless;

            Body(FileChannel file, InputStream rest) {
                this.file = file;
                this.rest = rest;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                FileChannel kept = file;
                if (at < position && kept != null) {
                    int most = (int) Math.min(length, position - at);
                    int count = kept.read(ByteBuffer.wrap(to, offset, most), at);
                    if (count < 0) {
                        useless = true;
                        throw new RetriableException(Reason.STORAGE, "what was kept of a download was cut");
                    }
                    at += count;
                    return count;
                }
                int count = rest.read(to, offset, length);
                if (count > 0) {
                    keep(ByteBuffer.wrap(to, offset, count));
                    at += count;
                }
                return count;
            }

            private void keep(ByteBuffer bytes) {
                FileChannel to = file;
                try {
                    for (long where = at; to != null && bytes.hasRemaining(); ) {
                        where += to.write(bytes, where);
                    }
                } catch (IOException e) {
                    log.warn("the beginning of a download is not kept any more", e);
                    useless = true;
                    file = null;
                    closeQuietly(to);
                }
            }

            @Override
            public void close() throws IOException {
                FileChannel kept = file;
                file = null;
                closeQuietly(kept);
                try {
                    rest.close();
                } finally {
                    if (useless || at >= version.sizeBytes()) {
                        drop();
                    } else {
                        leave();
                    }
                }
            }
        }
    }

    private static void closeQuietly(@Nullable FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.debug("not closed", e);
        }
    }
}
