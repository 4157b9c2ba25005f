package org.vito.deploy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** The sole right to a directory, held by this process until it closes it or dies. */
final class DirectoryLock implements AutoCloseable {
    private static final String FILE = "vito.lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes {@code directory}, which is created if missing.
     *
     * @param what what the directory is for, to be named in the refusal
     * @throws VitoException {@link Reason#STORAGE} if another process has it, or it cannot be created or written
     */
    static DirectoryLock take(Path directory, String what) {
        DirectoryLock lock = tryTake(directory);
        if (lock == null) {
            throw new VitoException(
                    Reason.STORAGE,
                    "%s in %s is in use by another process%s; stop that one, or choose another directory with --data"
                            .formatted(what, directory, holder(directory.resolve(FILE))));
        }
        return lock;
    }

    /** As {@link #take}, but null if another process has it. */
    static @Nullable DirectoryLock tryTake(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve(FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                return null;
            }
            channel.truncate(0);
            byte[] process = String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(process), 0);
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "directory " + directory + " cannot be written: " + e, e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process
        }
    }

    private static String holder(Path file) {
        try {
            String process = Files.readString(file).strip();
            return process.isEmpty() ? "" : " (process " + process + ")";
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "lock could not be released: " + e, e);
        }
    }
}
