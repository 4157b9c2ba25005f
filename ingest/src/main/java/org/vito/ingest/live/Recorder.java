package org.vito.ingest.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.fetch.LiveFeed;
import org.vito.ingest.fetch.LiveFeeds;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Records a stream on a thread of its own, for as long as there is one. An interruption, by whatever cause, ends the file and
 * is followed by another attempt after growing pauses, until it has lasted too long; what can never be ends it at once. Pauses grow
 * until a recording lasts longer than the one before it. Nothing is recorded while too much waits to be taken in.
 */
public final class Recorder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final Set<Reason> FINAL =
            EnumSet.of(Reason.FORBIDDEN, Reason.BAD_ADDRESS, Reason.UNSUPPORTED_CODEC, Reason.INTERNAL);
    private static final Duration LOOK = Duration.ofMillis(200); // between two looks at what waits
    private static final AtomicLong threads = new AtomicLong();

    /** A file that was cut: where it is, when it began and how many bytes it has. */
    public record Cut(Path file, Instant began, long sizeBytes) {}

    private final LiveSettings settings;
    private final LiveFeed feed;
    private final CutFiles files;
    private final long mostBytes;
    private final RetryPolicy retry;
    private final InstantSource clock;
    private final String shown;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final LongConsumer received;
    private volatile String trouble = "";
    private volatile boolean over; // and every file finished
    private volatile @Nullable VitoException failure;
    private boolean ended; // by itself
    private @Nullable Cutter cutter; // what kind is known from the first piece on
    private long pictures; // of the cutter, when it last had new ones
    private Instant lastPicture;
    private Instant waitingSince; // for a picture, on this connection
    private @Nullable Instant firstPicture; // since the last interruption
    private int attempts; // since a recording lasted longer than the pause before it
    private Duration pause = Duration.ZERO; // the last one

    private Recorder(
            LiveSettings settings,
            LiveFeed feed,
            CutFiles files,
            long mostBytes,
            RetryPolicy retry,
            InstantSource clock,
            LongConsumer received) {
        this.received = received;
        this.settings = settings;
        this.feed = feed;
        this.files = files;
        this.mostBytes = mostBytes;
        this.retry = retry;
        this.clock = clock;
        shown = Addresses.shown(settings.address().toString());
        lastPicture = clock.instant();
        waitingSince = lastPicture;
        thread = new Thread(this::run, "vito-live-" + threads.incrementAndGet());
        thread.setDaemon(true);
    }

    /**
     * Starts to record.
     *
     * @param directory where the files go; no other recorder may use it
     * @param mostBytes most bytes of a file
     * @param retry how pauses grow; how often is not counted
     * @param received told how many bytes came
     * @throws IOException if the directory cannot be written
     */
    public static Recorder start(
            Path directory,
            LiveSettings settings,
            LiveFeeds feeds,
            long mostBytes,
            RetryPolicy retry,
            InstantSource clock,
            LongConsumer received)
            throws IOException {
        LiveFeed feed = feeds.open(settings.address(), settings.credentials(), settings.stall());
        CutFiles files = CutFiles.open(directory, clock);
        Recorder recorder = new Recorder(settings, feed, files, mostBytes, retry, clock, received);
        recorder.thread.start();
        return recorder;
    }

    /** The files that are finished and were not removed, the oldest first. */
    public List<Cut> finished() throws IOException {
        return files.finished();
    }

    /** Why it has ended by itself; null while it goes on, or after the stream's own end. */
    public @Nullable VitoException failure() {
        return failure;
    }

    /** Whether there will be no more files than those that are finished. */
    public boolean isOver() {
        return over;
    }

    /** What keeps it from recording now; empty if nothing does. */
    public String trouble() {
        return trouble;
    }

    /** Ends the recording; what was received so far is a finished file. Waits a little for that. */
    @Override
    public void close() {
        closed.countDown();
        feed.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (closed.getCount() > 0 && !ended) {
                try {
                    awaitRoom();
                    record();
                } catch (IOException e) {
                    interrupted(new RetriableException(Reason.STORAGE, "the files of " + shown + ": " + e, e));
                } catch (VitoException e) {
                    interrupted(e);
                }
            }
        } catch (InterruptedException e) {
            log.debug("{} is no longer recorded", shown);
        } catch (RuntimeException e) {
            log.error("the recording of {} failed by a defect", shown, e);
            failure = new VitoException(Reason.INTERNAL, "the recording of " + shown + " failed: " + e, e);
        } finally {
            finish();
        }
    }

    private void finish() {
        feed.close();
        if (!ended && closed.getCount() > 0 && failure == null) {
            failure = new VitoException(Reason.INTERNAL, "the recording of " + shown + " ended by a defect");
        }
        try {
            files.close();
        } catch (IOException e) {
            log.warn("the last file of {} could not be finished", shown, e);
        }
        over = true;
    }

    private void record() throws IOException, InterruptedException {
        waitingSince = clock.instant();
        while (closed.getCount() > 0) {
            LiveFeed.Piece piece = feed.next();
            if (piece == null) {
                log.info("{} has ended", shown);
                ended = true;
                return;
            }
            received.accept(piece.bytes().remaining());
            Cutter to = cutter(piece);
            int begun = files.begun();
            to.accept(piece);
            progress(to);
            if (files.begun() > begun) {
                awaitRoom();
            }
        }
    }

    private void progress(Cutter to) {
        Instant now = clock.instant();
        if (to.pictures() > pictures) {
            pictures = to.pictures();
            lastPicture = now;
            waitingSince = now;
            if (firstPicture == null) {
                firstPicture = now;
            }
            if (!trouble.isEmpty()) {
                log.info("{} is received", shown);
            }
            trouble = "";
        } else if (Duration.between(waitingSince, now).compareTo(settings.stall()) > 0) {
            throw new RetriableException(
                    Reason.UNREACHABLE,
                    "%s sends bytes but has had no picture for %d ms"
                            .formatted(shown, settings.stall().toMillis()));
        }
    }

    private Cutter cutter(LiveFeed.Piece piece) {
        Cutter known = cutter;
        if (known == null) {
            long lengthUs = TimeUnit.NANOSECONDS.toMicros(settings.length().toNanos());
            known = piece.segment() == null
                    ? new TransportCutter(files, lengthUs, mostBytes)
                    : new SegmentCutter(files, lengthUs, mostBytes);
            cutter = known;
        }
        return known;
    }

    /** Ends the file and waits, or gives up. */
    private void interrupted(VitoException cause) throws InterruptedException {
        if (closed.getCount() == 0) {
            return;
        }
        feed.disconnect();
        try {
            if (cutter != null) {
                cutter.interrupt();
            }
        } catch (IOException e) {
            log.warn("a file of {} could not be finished", shown, e);
        }
        Instant first = firstPicture;
        boolean lasted = first != null && Duration.between(first, lastPicture).compareTo(pause) > 0;
        attempts = lasted ? 1 : attempts + 1;
        firstPicture = null;
        Duration without = Duration.between(lastPicture, clock.instant());
        boolean hopeless = FINAL.contains(cause.reason());
        if (hopeless || without.compareTo(settings.giveUp()) > 0) {
            failure = hopeless
                    ? cause
                    : new VitoException(
                            cause.reason(),
                            "%s has had no picture for %d s and is given up: %s"
                                    .formatted(shown, without.toSeconds(), cause.getMessage()),
                            cause);
            ended = true;
            return;
        }
        pause = retry.pause(shown, Math.min(attempts, 30), cause);
        trouble = "interrupted: %s; next attempt in %d ms".formatted(cause.getMessage(), pause.toMillis());
        log.info("{} is interrupted, next attempt in {} ms: {}", shown, pause.toMillis(), cause.getMessage());
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    /** Waits while too much of what was recorded has not been taken in. */
    private void awaitRoom() throws IOException, InterruptedException {
        boolean waited = false;
        while (backlog() > settings.backlogBytes()) {
            waited = true;
            trouble = "nothing is recorded: more than %d bytes wait to be taken in".formatted(settings.backlogBytes());
            feed.disconnect();
            files.abandon();
            if (closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("closed");
            }
        }
        if (waited) {
            trouble = "";
            lastPicture = clock.instant();
            waitingSince = lastPicture;
            if (cutter != null) {
                cutter.interrupt();
            }
        }
    }

    private long backlog() throws IOException {
        return files.finished().stream().mapToLong(Cut::sizeBytes).sum();
    }

    /** Deletes a file that was taken in. */
    public static void remove(Cut cut) throws IOException {
        Files.deleteIfExists(cut.file());
    }
}
