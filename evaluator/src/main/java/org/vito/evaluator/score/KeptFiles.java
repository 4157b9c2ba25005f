package org.vito.evaluator.score;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.evaluator.task.Workers;
import org.vito.learner.TensorFile;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * Tensors that could be computed anew, kept in a directory that stays below a number of bytes: what was used longest ago goes
 * first, features before classifiers. Files are there whole or not at all, and a file that is damaged counts as absent, so that
 * processes may share the directory and be killed at any time. Nothing fails because something cannot be kept. Safe for any
 * thread.
 */
public final class KeptFiles {
    private static final Logger log = LoggerFactory.getLogger(KeptFiles.class);
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final String PARTIAL = ".partial";

    /** What is kept, in the order in which it goes. */
    enum Kind {
        FEATURES,
        CLASSIFIER;

        private String ending() {
            return "." + name().toLowerCase(Locale.ROOT) + ".safetensors";
        }
    }

    private record Entry(Path file, long bytes, Instant used, int order) {}

    private final Path directory;
    private final long limit;
    private final InstantSource clock;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /**
     * @param directory is made when there is something to keep
     * @param limit most bytes of all files; 0 = nothing is kept
     */
    public KeptFiles(Path directory, long limit, InstantSource clock) {
        this.directory = directory;
        this.limit = limit;
        this.clock = clock;
    }

    /** What was kept under a key, if it still is. */
    Optional<TensorFile> find(Kind kind, String key) {
        Path file = file(kind, key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            TensorFile found = TensorFile.read(file);
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            return Optional.of(found);
        } catch (VitoException | IOException e) {
            if (Files.exists(file)) { // else another process needed the room
                log.warn("{} is damaged and will be made anew: {}", file, e.getMessage());
            }
            return Optional.empty();
        }
    }

    /** Keeps something under a key, in the place of what was kept under it before, and removes what is too much then. */
    synchronized void put(Kind kind, String key, TensorFile content) {
        if (limit == 0) {
            return;
        }
        Path file = file(kind, key);
        try {
            Files.createDirectories(directory);
            content.write(file);
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            trim();
        } catch (VitoException | IOException e) {
            log.warn("{} is not kept, so that it may have to be made again: {}", file, e.getMessage());
        }
    }

    /**
     * Runs {@code work} unless another thread of this process does so for the same key; then waits for it.
     *
     * @throws java.util.concurrent.CancellationException if {@code workers} are cancelled while waiting
     */
    <T> T alone(String key, Workers workers, Supplier<T> work) {
        ReentrantLock lock = locks.computeIfAbsent(key, k -> new ReentrantLock());
        try {
            while (!lock.tryLock(1, TimeUnit.SECONDS)) {
                workers.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (java.util.concurrent.CancellationException)
                    new java.util.concurrent.CancellationException("interrupted").initCause(e);
        }
        try {
            return work.get();
        } finally {
            if (!lock.hasQueuedThreads()) {
                locks.remove(key, lock);
            }
            lock.unlock();
        }
    }

    private Path file(Kind kind, String key) {
        return directory.resolve(Sha256.of(key.getBytes(StandardCharsets.UTF_8)).substring(0, 40) + kind.ending());
    }

    private void trim() throws IOException {
        List<Entry> entries = entries();
        long bytes = entries.stream().mapToLong(Entry::bytes).sum();
        entries.sort(Comparator.comparingInt(Entry::order).thenComparing(Entry::used));
        for (Entry entry : entries) {
            if (bytes <= limit && entry.order >= 0) {
                return;
            }
            Files.deleteIfExists(entry.file);
            bytes -= entry.bytes;
        }
    }

    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
                    Instant used = about.lastModifiedTime().toInstant();
                    order(String.valueOf(file.getFileName()), used)
                            .ifPresent(order -> entries.add(new Entry(file, about.size(), used, order)));
                } catch (NoSuchFileException e) {
                    log.debug("{} was removed while it was looked at", file);
                }
            }
        }
        return entries;
    }

    /** When such a file goes: -1 = at once, a kind's number = in its turn; nothing = it is none of ours, or being written. */
    private Optional<Integer> order(String name, Instant used) {
        if (name.endsWith(PARTIAL)) {
            return used.isBefore(clock.instant().minus(ABANDONED)) ? Optional.of(-1) : Optional.empty();
        }
        return Stream.of(Kind.values())
                .filter(kind -> name.endsWith(kind.ending()))
                .map(Enum::ordinal)
                .findFirst();
    }
}
