package org.vito.ingest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.curation.NeighbourSettings;
import org.vito.ingest.fetch.RetryPolicy;
import org.vito.protocol.Platform;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;

/**
 * Has videos judged again whose last decision another network made than the one that was loaded, so that its index knows them: a few
 * at a time, on a thread of its own, and only those that are still stored. It keeps nothing: what was judged again since is told by
 * the decisions, what was asked for by the requests, so that the next start goes on where a kill ended it. Of several processes the
 * one that began last goes on.
 */
final class CurationRefill implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CurationRefill.class);
    private static final Duration LOOK = Duration.ofSeconds(1); // between two looks at requests that wait

    private final Platform platform;
    private final NeighbourSettings.Refill settings;
    private final RetryPolicy retry;
    private CountDownLatch ended = new CountDownLatch(1); // of the thread that was started last; guarded by this
    private boolean closed;

    CurationRefill(Platform platform, NeighbourSettings.Refill settings, RetryPolicy retry) {
        this.platform = platform;
        this.settings = settings;
        this.retry = retry;
    }

    /** Begins to fill the index of {@code network}; no longer that of another. Does not block. */
    synchronized void of(String network) {
        ended.countDown();
        if (!closed && settings.requests() > 0) {
            Filling next = new Filling(network);
            ended = next.end;
            Thread thread = new Thread(next, "vito-curate-refill");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Lets the thread end soon. */
    @Override
    public synchronized void close() {
        closed = true;
        ended.countDown();
    }

    /** The filling of one network's index. As turns come requests are answered, and some time has passed since the last. */
    private final class Filling implements Runnable, CurationReplay.Turn {
        private final String network;
        private final CountDownLatch end = new CountDownLatch(1);
        private Instant earliest = Instant.MIN; // of the next turn

        Filling(String network) {
            this.network = network;
        }

        @Override
        public void run() {
            try {
                for (int attempt = 1; attempt <= retry.attempts(); attempt++) {
                    if (attempt(attempt)) {
                        return;
                    }
                }
                LOG.warn("no more videos are judged again by {}; `vito curate replay` does the rest", network);
            } catch (CancellationException e) {
                LOG.debug("no more videos are judged again by {}", network);
            } catch (RuntimeException e) {
                LOG.error("no more videos are judged again by {}, because of a defect", network, e);
            }
        }

        /** @return whether that was the last one */
        private boolean attempt(int number) {
            try {
                CurationReplay.Result result = CurationReplay.refill(
                        platform.kafka(),
                        this::isMissing,
                        settings.most(),
                        settings.requests(),
                        this,
                        platform.clock());
                LOG.info("{} videos are judged again by {}", result.chosen() + result.waiting(), network);
                return true;
            } catch (VitoException e) {
                if (e.getCause() instanceof ProducerFencedException) {
                    LOG.info("another process has videos judged again by {}", network);
                    return true;
                }
                LOG.info("videos cannot be judged again by {}, attempt {}: {}", network, number, e.getMessage());
                pause(retry.pause(network, number, e));
                return false;
            }
        }

        private boolean isMissing(CurationDecision decision) {
            pause(Duration.ZERO);
            try {
                return !decision.getNetwork().isEmpty()
                        && !decision.getNetwork().equals(network)
                        && platform.objects()
                                .stat(decision.getVideo().getAddress())
                                .isPresent();
            } catch (IOException | VitoException e) {
                LOG.warn("video {} is not judged again: {}", decision.getVideoId(), e.toString());
                return false;
            }
        }

        @Override
        public void await() {
            while (CurationReplay.waiting(platform.kafka()) >= settings.requests()) {
                pause(LOOK);
            }
            Instant now = platform.clock().instant();
            if (now.isBefore(earliest)) {
                pause(Duration.between(now, earliest));
            }
            earliest = platform.clock().instant().plus(settings.every());
        }

        /** Waits, or ends the thread if it shall. */
        private void pause(Duration length) {
            try {
                if (end.await(length.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new CancellationException();
                }
            } catch (InterruptedException e) {
                throw new CancellationException();
            }
        }
    }
}
