package org.vito.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An {@link ObjectStore} in a directory: {@code root/prefix/ab/abcd…}.
 *
 * <p>A put writes a temporary file beside the objects, forces it to disk, renames it onto its address and forces the
 * directories up to the root, so that after a crash an address holds the whole object or nothing. What a crash leaves is a
 * file under {@code root/.incoming}; whoever opens the store more than an hour later removes it (other processes may be
 * writing theirs now). Several threads and processes may use one directory; only within a process is it certain that
 * exactly one of several puts of the same bytes is told that they are new.
 */
public final class DirectoryObjectStore implements ObjectStore {
    private static final String RULE = ".rule"; // beside the objects of a prefix: by what rule they are removed
    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern ADDRESS = Pattern.compile("([a-z][a-z0-9-]{0,63})/([0-9a-f]{64})");

    private final Path root;
    private final Path incoming;
    private final Object placing = new Object();

    private DirectoryObjectStore(Path root, Path incoming) {
        this.root = root;
        this.incoming = incoming;
    }

    /**
     * Opens the store in {@code root}, which is created if missing.
     *
     * @throws VitoException {@link Reason#STORAGE} if the directory cannot be created or written
     */
    public static DirectoryObjectStore open(Path root) {
        return open(root, InstantSource.system());
    }

    static DirectoryObjectStore open(Path root, InstantSource clock) {
        Path incoming = root.resolve(".incoming");
        try {
            Files.createDirectories(incoming);
            Files.delete(Files.createTempFile(incoming, "writable", null));
            removeOlderThanAnHour(incoming, clock.millis());
            Durable.forceDirectory(root);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "object store " + root + " cannot be written: " + e, e);
        }
        return new DirectoryObjectStore(root, incoming);
    }

    @Override
    public Put put(String prefix, InputStream bytes, long limitBytes) throws IOException {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("prefix '" + prefix + "' is not " + PREFIX);
        }
        Path temporary = incoming.resolve(UUID.randomUUID().toString());
        try {
            MessageDigest digest = Sha256.digest();
            long size = copy(bytes, temporary, digest, limitBytes);
            String sha256 = Sha256.hex(digest.digest());
            String address = prefix + "/" + sha256;
            return new Put(address, sha256, size, place(temporary, address, size));
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * Renames {@code temporary} onto the file of {@code address} unless the object is there already.
     *
     * <p>The directories are forced in either case: the object may have been placed by a put that has not come that far.
     * A file of another size than its content has was damaged from outside and is replaced.
     *
     * @return whether the object was there
     */
    private boolean place(Path temporary, String address, long size) throws IOException {
        Path file = file(address);
        Path prefix = root.resolve(prefix(address));
        Path directory = prefix.resolve(file.getFileName().toString().substring(0, 2));
        synchronized (placing) {
            boolean existed = Files.isRegularFile(file) && Files.size(file) == size;
            if (!existed) {
                Files.createDirectories(directory);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            }
            Durable.forceDirectory(directory);
            Durable.forceDirectory(prefix);
            Durable.forceDirectory(root);
            return existed;
        }
    }

    @Override
    public InputStream get(String address) throws IOException {
        return Files.newInputStream(localFile(address));
    }

    @Override
    public Path localFile(String address) {
        Path file = file(address);
        if (!Files.isRegularFile(file)) {
            throw new VitoException(Reason.NOT_FOUND, "object " + address + " is not in " + root + rule(address));
        }
        return file;
    }

    @Override
    public Optional<Stat> stat(String address) throws IOException {
        return statOf(address, file(address));
    }

    private static Optional<Stat> statOf(String address, Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Stat(address, found.size(), found.lastModifiedTime().toMillis()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // closing what is returned closes the directories
    public Stream<Stat> list(String prefix) throws IOException {
        if (!PREFIX.matcher(prefix).matches() || !Files.isDirectory(root.resolve(prefix))) {
            return Stream.empty();
        }
        return Files.list(root.resolve(prefix))
                .filter(Files::isDirectory)
                .flatMap(DirectoryObjectStore::files)
                .flatMap(file -> found(prefix + "/" + file.getFileName(), file));
    }

    @SuppressWarnings("StreamResourceLeak") // closed by the stream that it becomes a part of
    private static Stream<Path> files(Path directory) {
        try {
            return Files.list(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object in {@code file}, unless it is none, or has gone meanwhile. */
    private static Stream<Stat> found(String address, Path file) {
        try {
            return ADDRESS.matcher(address).matches() ? statOf(address, file).stream() : Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean delete(String address) throws IOException {
        return Files.deleteIfExists(file(address));
    }

    @Override
    public boolean delete(String address, String rule) throws IOException {
        Path file = file(address);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        if (!rule(address).equals(": " + rule)) {
            Path temporary = incoming.resolve(UUID.randomUUID().toString());
            try {
                Files.writeString(temporary, rule);
                Durable.forceFile(temporary);
                Files.move(temporary, ruleFile(address), StandardCopyOption.ATOMIC_MOVE);
                Durable.forceDirectory(root.resolve(prefix(address)));
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
        return Files.deleteIfExists(file);
    }

    /** By what rule objects under the prefix of {@code address} are removed, behind a colon; empty if none is known. */
    private String rule(String address) {
        try {
            return ": " + Files.readString(ruleFile(address));
        } catch (IOException e) {
            return "";
        }
    }

    private Path ruleFile(String address) {
        return root.resolve(prefix(address)).resolve(RULE);
    }

    private static String prefix(String address) {
        return address.substring(0, address.indexOf('/'));
    }

    private Path file(String address) {
        var parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw new VitoException(Reason.BAD_ADDRESS, "'" + address + "' is not prefix/sha256");
        }
        String sha256 = parts.group(2);
        return root.resolve(parts.group(1)).resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private static long copy(InputStream in, Path to, MessageDigest digest, long limitBytes) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        try (FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > limitBytes) {
                    throw new VitoException(Reason.TOO_LARGE, "more than " + limitBytes + " bytes");
                }
                digest.update(buffer, 0, n);
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, n);
                while (chunk.hasRemaining()) {
                    out.write(chunk);
                }
            }
            out.force(true);
        }
        if (size == 0) {
            throw new VitoException(Reason.EMPTY, "no bytes");
        }
        return size;
    }

    private static void removeOlderThanAnHour(Path incoming, long nowMs) throws IOException {
        long limit = nowMs - 3_600_000;
        try (Stream<Path> left = Files.list(incoming)) {
            for (Path file : left.filter(f -> f.toFile().lastModified() < limit).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
