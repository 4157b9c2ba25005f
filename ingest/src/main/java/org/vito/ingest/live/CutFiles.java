package org.vito.ingest.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Durable;

/**
 * A directory of files that were cut from a stream, called after the time at which they begin. A file that is being written
 * is a {@code .part}; finished it is forced to disk and renamed. What a crash leaves as a part is finished by whoever opens the
 * directory next. Written by one thread; the finished files may be listed and removed by another.
 */
final class CutFiles implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("([0-9]{13})-([0-9]{1,9})\\.cut");

    private final Path directory;
    private final InstantSource clock;
    private @Nullable Path part;
    private @Nullable FileChannel out;
    private long size;
    private int number;

    private CutFiles(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    static CutFiles open(Path directory, InstantSource clock) throws IOException {
        Files.createDirectories(directory);
        CutFiles files = new CutFiles(directory, clock);
        for (Path left : list(directory, ".part")) {
            files.finish(left, Files.size(left));
        }
        return files;
    }

    /** Begins a file, now; ends the one before. */
    void begin() throws IOException {
        end();
        Path begun = directory.resolve("%013d-%d.part".formatted(clock.millis(), number++));
        out = FileChannel.open(begun, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        part = begun;
        size = 0;
    }

    /** Appends to the file that was begun. */
    void write(ByteBuffer bytes) throws IOException {
        FileChannel to = out;
        if (to == null) {
            throw new IllegalStateException("no file was begun");
        }
        ByteBuffer buffer = bytes.duplicate();
        while (buffer.hasRemaining()) {
            size += to.write(buffer);
        }
    }

    /** Whether a file was begun and not ended. */
    boolean isOpen() {
        return out != null;
    }

    /** Bytes of the file that was begun. */
    long size() {
        return size;
    }

    /** How many files were begun so far. */
    int begun() {
        return number;
    }

    /** Deletes the file that was begun, if any. */
    void abandon() throws IOException {
        FileChannel ending = out;
        Path file = part;
        out = null;
        part = null;
        if (ending != null && file != null) {
            ending.close();
            Files.delete(file);
        }
    }

    /** Ends the file that was begun, if any. */
    void end() throws IOException {
        FileChannel ending = out;
        Path file = part;
        out = null;
        part = null;
        if (ending != null && file != null) {
            try (ending) {
                ending.force(true);
            }
            finish(file, size);
        }
    }

    @Override
    public void close() throws IOException {
        end();
    }

    /** The finished files, the oldest first. */
    List<Recorder.Cut> finished() throws IOException {
        List<Recorder.Cut> cuts = new ArrayList<>();
        for (Path file : list(directory, ".cut")) {
            Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
            if (name.matches()) {
                cuts.add(new Recorder.Cut(file, Instant.ofEpochMilli(Long.parseLong(name.group(1))), Files.size(file)));
            }
        }
        return cuts;
    }

    private void finish(Path file, long bytes) throws IOException {
        if (bytes == 0) {
            Files.delete(file);
            return;
        }
        String name = String.valueOf(file.getFileName()).replaceAll("\\.part$", ".cut");
        Files.move(file, file.resolveSibling(name), StandardCopyOption.ATOMIC_MOVE);
        Durable.forceDirectory(directory);
    }

    private static List<Path> list(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
        }
    }
}
