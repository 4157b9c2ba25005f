package org.vito.learner.data;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.VitoException;

/**
 * Says what the next epoch would consist of by what the topic holds now: all of it, what arrived since the epoch before, or
 * what the first epoch had, by the settings' mode.
 *
 * <p>An epoch with fewer fresh clips than the settings' minimum does not begin; its end moves to the topic's end until it has
 * them. How many clips a range holds is not known before it was read, since transactions leave gaps in the offsets.
 */
final class EpochProposals {
    private final ClipSource source;
    private final OrderSettings settings;
    private final OrderListener listener;
    private final CountDownLatch stopped;

    EpochProposals(ClipSource source, OrderSettings settings, OrderListener listener, CountDownLatch stopped) {
        this.source = source;
        this.settings = settings;
        this.listener = listener;
        this.stopped = stopped;
    }

    /**
     * The plan of epoch {@code number}. The source's positions are lost.
     *
     * @param before fresh ranges of the epoch before; empty before the first
     * @param barren whether the epoch before gave no clip, so that another of older clips alone would give none either
     * @param wait whether to wait until there are enough clips
     * @return nothing if there are too few clips
     */
    @Nullable
    EpochPlan propose(long number, long batch, SortedMap<Integer, Range> before, boolean barren, boolean wait) {
        if (settings.mode() == OrderSettings.Mode.EPOCHS && number > 1) {
            return new EpochPlan(number, batch, before, new TreeMap<>(), 0);
        }
        Duration pause = settings.lookAgainAfter();
        while (true) {
            SortedMap<Integer, Range> extent = source.extent();
            SortedMap<Integer, Range> fresh = fresh(extent, before);
            long have = wait || atMost(fresh) >= settings.minimum() ? count(fresh) : 0;
            if (have >= settings.minimum()) {
                return new EpochPlan(number, batch, fresh, history(extent, fresh), 0);
            }
            if (replaysWhenDrained(number, barren)) {
                SortedMap<Integer, Range> none = new TreeMap<>(fresh);
                none.replaceAll((partition, range) -> new Range(range.from(), range.from()));
                return new EpochPlan(
                        number, batch, none, history(extent, none), Math.max(settings.capacity(), settings.clips()));
            }
            if (!wait) {
                return null;
            }
            listener.waiting(have, settings.minimum());
            pause(pause);
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(settings.lookAgainWithin()) < 0 ? twice : settings.lookAgainWithin();
        }
    }

    private boolean replaysWhenDrained(long number, boolean barren) {
        return settings.mode() == OrderSettings.Mode.FOLLOW
                && settings.whenDrained() == OrderSettings.Drained.REPLAY
                && number > 1
                && !barren;
    }

    private SortedMap<Integer, Range> fresh(SortedMap<Integer, Range> extent, SortedMap<Integer, Range> before) {
        TreeMap<Integer, Range> fresh = new TreeMap<>(extent);
        if (settings.mode() == OrderSettings.Mode.FOLLOW) {
            fresh.replaceAll((partition, now) -> {
                Range read = before.get(partition);
                long from = read == null ? now.from() : Math.max(now.from(), read.to());
                return new Range(from, Math.max(from, now.to()));
            });
        }
        return fresh;
    }

    /** What lies before the fresh clips, where it may be replayed. */
    private SortedMap<Integer, Range> history(SortedMap<Integer, Range> extent, SortedMap<Integer, Range> fresh) {
        TreeMap<Integer, Range> history = new TreeMap<>();
        if (settings.replays()) {
            extent.forEach((partition, now) -> {
                Range range = fresh.getOrDefault(partition, now);
                history.put(partition, new Range(Math.min(now.from(), range.from()), range.from()));
            });
        }
        return history;
    }

    /** Usable clips of {@code ranges}, counted up to the minimum. */
    private long count(SortedMap<Integer, Range> ranges) {
        RangeReader reader = RangeReader.begin(source, ranges);
        long count = 0;
        while (count < settings.minimum()) {
            ConsumerRecord<String, byte[]> record = reader.next();
            if (record == null) {
                break;
            }
            count += isUsable(record) ? 1 : 0;
        }
        return count;
    }

    private static long atMost(SortedMap<Integer, Range> ranges) {
        return ranges.values().stream().mapToLong(r -> r.to() - r.from()).sum();
    }

    private static boolean isUsable(ConsumerRecord<String, byte[]> record) {
        try {
            UsableClips.read(record);
            return true;
        } catch (VitoException e) {
            return false; // refused where it is read to be learned from
        }
    }

    private void pause(Duration pause) {
        try {
            if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ClipSource.Stopped();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClipSource.Stopped();
        }
    }
}
