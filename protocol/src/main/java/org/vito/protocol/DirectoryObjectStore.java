package org.vito.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An {@link ObjectStore} in a directory: {@code root/prefix/ab/abcd…}.
 *
 * <p>A put writes a temporary file beside the objects, forces it to disk, renames it onto its address and forces the
 * directory, so that after a crash an address holds the whole object or nothing. What a crash leaves is a file under
 * {@code root/.incoming}, removed at the next start.
 */
public final class DirectoryObjectStore implements ObjectStore {
    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern ADDRESS = Pattern.compile("([a-z][a-z0-9-]{0,63})/([0-9a-f]{64})");

    private final Path root;
    private final Path incoming;

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
        Path incoming = root.resolve(".incoming");
        try {
            Files.createDirectories(incoming);
            removeOlderThanAnHour(incoming);
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
            Path file = file(address);
            boolean existed = Files.exists(file);
            if (!existed) {
                Path directory = root.resolve(prefix).resolve(sha256.substring(0, 2));
                Files.createDirectories(directory);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
                Durable.forceDirectory(directory);
                Durable.forceDirectory(root.resolve(prefix));
            }
            return new Put(address, sha256, size, existed);
        } finally {
            Files.deleteIfExists(temporary);
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
            throw new VitoException(Reason.NOT_FOUND, "object " + address + " is not in " + root);
        }
        return file;
    }

    @Override
    public Optional<Stat> stat(String address) throws IOException {
        try {
            return Optional.of(new Stat(address, Files.size(file(address))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public Stream<Stat> list(String prefix) throws IOException {
        Path directory = root.resolve(prefix);
        if (!PREFIX.matcher(prefix).matches() || !Files.isDirectory(directory)) {
            return Stream.empty();
        }
        return Files.walk(directory, 2)
                .filter(Files::isRegularFile)
                .map(f -> new Stat(prefix + "/" + f.getFileName(), f.toFile().length()));
    }

    @Override
    public boolean delete(String address) throws IOException {
        return Files.deleteIfExists(file(address));
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

    private static void removeOlderThanAnHour(Path incoming) throws IOException {
        long limit = System.currentTimeMillis() - 3_600_000;
        try (Stream<Path> left = Files.list(incoming)) {
            for (Path file : left.filter(f -> f.toFile().lastModified() < limit).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
