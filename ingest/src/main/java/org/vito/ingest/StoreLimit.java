package org.vito.ingest;

import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.KeptFrames;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.ObjectStore.Stat;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/**
 * Keeps the stored videos below a number of bytes: when they reach it, {@linkplain FinishedVideos finished} ones are removed, those
 * stored longest first, until a twentieth of it is free; while that cannot be, nobody has room. Several processes may keep one store:
 * they remove the same videos. Safe to use from any thread.
 */
final class StoreLimit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLimit.class);
    private static final Comparator<Stat> AGE =
            Comparator.comparingLong(Stat::storedAtMs).thenComparing(Stat::address);
    private static final int SHARE =
            20; // of the limit is freed, so that there is a look for that many bytes, not for each video
    private static final Duration LOOK = Duration.ofSeconds(1); // between two looks at a full store, if they are brief
    private static final int REST =
            10; // after a look that took 1 s the next waits 10 s; but the first opens connections

    private final long limit;
    private final ObjectStore objects;
    private final KeptFrames kept;
    private final FinishedVideos finished;
    private final HeldObjects held;
    private final Executor blocking;
    private final BiConsumer<Duration, Runnable> later;
    private final Consumer<String> notes;
    private final Counter removed;
    private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>(); // guarded by this, as is what follows
    private long bytes;
    private long added; // since the look under way began
    private boolean full;
    private boolean looking;
    private boolean looked;
    private boolean stopped;
    private String note = "";

    /** There is no room for a video. */
    static final class FullException extends RetriableException {
        private static final long serialVersionUID = 1L;

        FullException() {
            super(Reason.STORAGE, "the store is full");
        }
    }

    private StoreLimit(
            long limit,
            Platform platform,
            HeldObjects held,
            Executor blocking,
            BiConsumer<Duration, Runnable> later,
            Consumer<String> notes) {
        this.limit = limit;
        this.held = held;
        this.blocking = blocking;
        this.later = later;
        this.notes = notes;
        objects = platform.objects();
        kept = new KeptFrames(objects);
        finished = new FinishedVideos(platform.kafka());
        removed = platform.stages().registry().counter("vito.ingest.store.removed");
        full = limit > 0; // until it is known
    }

    /**
     * Begins to keep the limit.
     *
     * @param limit bytes; 0 = none
     * @param held videos that are being worked on in this process
     * @param later runs something after a while
     * @param notes told what people should know, and an empty text once that is over
     */
    static StoreLimit start(
            long limit,
            Platform platform,
            HeldObjects held,
            Executor blocking,
            BiConsumer<Duration, Runnable> later,
            Consumer<String> notes) {
        StoreLimit store = new StoreLimit(limit, platform, held, blocking, later, notes);
        if (limit > 0) {
            store.look();
        }
        return store;
    }

    /** Whether there is no room for a further video. */
    synchronized boolean isFull() {
        return full;
    }

    /** Whether the role stops. */
    synchronized boolean isStopped() {
        return stopped;
    }

    /** @throws FullException if there is no room for a further video */
    void check() {
        if (isFull()) {
            throw new FullException();
        }
    }

    /** Completes with true once there is room, with false if there was none for so long or the role stops. */
    synchronized CompletionStage<Boolean> room(Duration longest) {
        if (!full || stopped) {
            return CompletableFuture.completedStage(!full);
        }
        waiting.removeIf(CompletableFuture::isDone);
        CompletableFuture<Boolean> room = new CompletableFuture<>();
        waiting.add(room);
        return room.completeOnTimeout(false, longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that a video of so many bytes was stored. */
    void added(long size) {
        if (limit == 0) {
            return;
        }
        synchronized (this) {
            bytes += size;
            added += size;
            if (bytes < limit) {
                return;
            }
            full = true;
        }
        look();
    }

    private void look() {
        synchronized (this) {
            if (looking || stopped) {
                return;
            }
            looking = true;
            added = 0;
        }
        blocking.execute(this::keep);
    }

    private void keep() {
        long began = System.nanoTime();
        try {
            long kept = keepBelow();
            settle(
                    kept,
                    "the store is full: of %d bytes of videos none is finished with and vito.ingest.store.limit is %d; nothing is fetched until some are"
                            .formatted(kept, limit),
                    began);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the store cannot be kept below its limit", e);
            settle(
                    -1,
                    "the store is full or not known, and cannot be kept below its limit; nothing is fetched: "
                            + e.getMessage(),
                    began);
        }
    }

    /** Takes note of how many bytes there are, negative if that is not known. */
    private void settle(long found, String trouble, long began) {
        List<CompletableFuture<Boolean>> ready = List.of();
        boolean again;
        boolean first;
        synchronized (this) {
            looking = false;
            first = !looked;
            looked = true;
            if (found >= 0) {
                bytes = found + added;
                full = bytes >= limit;
            }
            again = full && !stopped;
            if (!full) {
                ready = List.copyOf(waiting);
                waiting.clear();
            }
            if (stopped) {
                finished.close();
            }
            tell(again && (found < 0 || found >= limit) ? trouble : "");
        }
        ready.forEach(one -> one.complete(true));
        if (again) {
            Duration took = Duration.ofNanos(System.nanoTime() - began).multipliedBy(REST);
            later.accept(first || took.compareTo(LOOK) < 0 ? LOOK : took, this::look);
        }
    }

    private void tell(String text) {
        if (!text.equals(note)) {
            note = text;
            if (!text.isEmpty()) {
                LOG.info("{}", text);
            }
            notes.accept(text);
        }
    }

    /** Removes what it may if there is too much. @return bytes of the videos that stay */
    private long keepBelow() throws IOException {
        Predicate<String> stored = finished.stored();
        long sum;
        try (Stream<Stat> all = objects.list(Intake.PREFIX)) { // what a killed process left counts once it is taken in
            sum = all.filter(one -> stored.test(id(one)) || held.contains(id(one)))
                    .mapToLong(Stat::sizeBytes)
                    .sum();
        }
        long frames = kept.bytes();
        if (sum + frames < limit) {
            return sum + frames;
        }
        kept.sweep(Long.MAX_VALUE); // they can be made anew
        if (sum < limit) {
            return sum;
        }
        String rule =
                "videos are removed from the store when their work is finished, the oldest first, to keep it below %d bytes (vito.ingest.store.limit)"
                        .formatted(limit);
        long freed = 0;
        int count = 0;
        for (Stat video : oldest(sum - limit + Math.max(1, limit / SHARE), finished.now())) {
            if (held.unlessInWork(id(video), () -> remove(video, rule))) {
                freed += video.sizeBytes();
                count++;
            }
        }
        if (count > 0) {
            removed.increment(count);
            LOG.info("finished videos removed: {}, of {} bytes; {} bytes are stored", count, freed, sum - freed);
        }
        return sum - freed;
    }

    private boolean remove(Stat video, String rule) {
        try {
            return objects.delete(video.address(), rule);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The oldest of those {@code which} have so many bytes together, or all. */
    private Collection<Stat> oldest(long wanted, Predicate<String> which) throws IOException {
        PriorityQueue<Stat> chosen = new PriorityQueue<>(AGE.reversed()); // the newest at the head
        long sum = 0;
        try (Stream<Stat> all = objects.list(Intake.PREFIX)) {
            for (Stat video : (Iterable<Stat>) all.filter(one -> which.test(id(one)))::iterator) {
                chosen.add(video);
                sum += video.sizeBytes();
                for (Stat newest = chosen.element(); sum - newest.sizeBytes() >= wanted; newest = chosen.element()) {
                    sum -= newest.sizeBytes();
                    chosen.remove();
                }
            }
        }
        return chosen;
    }

    private static String id(Stat video) {
        return video.address().substring(video.address().indexOf('/') + 1);
    }

    /** Lets whoever waits for room go without. */
    void stop() {
        List<CompletableFuture<Boolean>> gone;
        synchronized (this) {
            stopped = true;
            gone = List.copyOf(waiting);
            waiting.clear();
        }
        gone.forEach(one -> one.complete(false));
    }

    @Override
    public void close() {
        stop();
        synchronized (this) {
            if (!looking) { // else whoever looks does it
                finished.close();
            }
        }
    }
}
