package org.vito.learner.data;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.augment.ClipBatch;
import org.vito.augment.ClipBatch.Example;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

/**
 * The order in which clips are learned from: a sequence of batches that is a function of the seed and of what the topic
 * held when each epoch began. Used by one thread, except {@link #stop} and {@link #unread}.
 *
 * <p>An epoch is a snapshot of the clips topic, for each partition a range of offsets taken when the epoch begins. Its
 * records are read in a fixed order ({@link EpochReader}) into a {@link ShuffleBuffer}. Once that is full, or the epoch has
 * been read to its end, each draw takes one clip out at random and the next record takes its place; at the end of the
 * epoch the buffer is emptied. So every usable clip of the snapshot is drawn exactly once, and the n-th draw of an epoch is
 * decided by seed, epoch and n. A batch that an epoch's last clips only begin is filled with the first of the next epoch;
 * each clip keeps the number of the epoch it was drawn in.
 *
 * <p>An epoch with fewer clips than the settings' minimum does not begin; its end moves to the topic's end until it has
 * them. How many clips a range holds is not known before it was read, since transactions leave gaps in the offsets.
 *
 * <p>{@link DataState} says where the sequence stands after a batch. An order made from it gives the same batches as the
 * one it came from, as far as the epoch under way goes; later epochs take their snapshot when they begin.
 */
public final class ClipOrder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClipOrder.class);
    private static final String PURPOSE = "shuffle";

    private final ClipSource source;
    private final OrderSettings settings;
    private final OrderListener listener;
    private final ShuffleBuffer buffer;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private EpochReader reader;
    private long batches;
    private long epoch;
    private int draws;
    private boolean readToEnd;
    private BatchComposer composer;
    private volatile long unread;

    /**
     * Continues from {@code state}, for which the clips in its buffer are read again.
     *
     * @param source is closed with the order
     * @throws VitoException {@link Reason#KAFKA} if the topic does not reach as far as the state does
     */
    public ClipOrder(ClipSource source, OrderSettings settings, DataState state, OrderListener listener) {
        this.source = source;
        this.settings = settings;
        this.listener = listener;
        buffer = new ShuffleBuffer(settings.capacity(), settings.memoryBytes());
        composer = new BatchComposer(settings.clips());
        batches = state.batches();
        epoch = state.epoch();
        draws = state.draws();
        unread = state.unread();
        checkReach(state);
        refill(state);
        reader = new EpochReader(source, state.ranges(), state.next(), state.turn());
    }

    /**
     * The next batch; waits for clips where the mode says that more will come.
     *
     * @return nothing when the last epoch is over
     * @throws ClipSource.Stopped after {@link #stop}
     */
    public @Nullable ComposedBatch next() {
        while (!composer.complete()) {
            fill();
            if (buffer.size() > 0) {
                composer.take(buffer, CounterRandom.of(settings.seed(), PURPOSE, epoch, draws++));
            } else if (!beginEpoch()) {
                return null;
            }
        }
        ClipBatch batch = new ClipBatch(batches++, composer.batch());
        composer = new BatchComposer(settings.clips());
        DataState after = new DataState(
                DataState.FORMAT,
                batches,
                epoch,
                draws,
                reader.turn(),
                reader.ranges(),
                reader.positions(),
                buffer.places());
        unread = after.unread();
        return new ComposedBatch(batch, after);
    }

    /** Records of this epoch that were not read yet, at most; callable from any thread. */
    public long unread() {
        return unread;
    }

    /** Ends a wait or read that is under way, and every later one; callable from any thread. */
    public void stop() {
        stopped.countDown();
        source.wakeUp();
    }

    @Override
    public void close() {
        source.close();
    }

    private boolean beginEpoch() {
        if (settings.mode() == OrderSettings.Mode.EPOCHS && epoch >= settings.passes()) {
            return false;
        }
        boolean fixed = settings.mode() == OrderSettings.Mode.EPOCHS && epoch > 0;
        reader = EpochReader.begin(source, fixed ? reader.ranges() : rangesNow());
        epoch++;
        draws = 0;
        readToEnd = false;
        fill();
        if (!fixed) {
            waitForMinimum();
        }
        listener.epoch(epoch);
        return true;
    }

    private SortedMap<Integer, Range> rangesNow() {
        TreeMap<Integer, Range> ranges = new TreeMap<>(source.extent());
        if (settings.mode() == OrderSettings.Mode.FOLLOW) {
            SortedMap<Integer, Range> before = reader.ranges();
            ranges.replaceAll((partition, now) -> {
                Range read = before.get(partition);
                long from = read == null ? now.from() : Math.max(now.from(), read.to());
                return new Range(from, Math.max(from, now.to()));
            });
        }
        return ranges;
    }

    /**
     * Nothing of the epoch was drawn yet, so its end may still move. It is then read anew from its beginning: the order must
     * depend on where the epoch ends, not on how often somebody looked.
     */
    private void waitForMinimum() {
        Duration pause = settings.lookAgainAfter();
        while (buffer.size() < settings.minimum() && !buffer.full()) {
            listener.waiting(buffer.size(), settings.minimum());
            await(pause);
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(settings.lookAgainWithin()) < 0 ? twice : settings.lookAgainWithin();
            SortedMap<Integer, Range> extended = reader.extendedTo(source.extent());
            if (!extended.equals(reader.ranges())) {
                reader = EpochReader.begin(source, extended);
                buffer.clear();
                readToEnd = false;
                fill();
            }
        }
    }

    private void await(Duration pause) {
        try {
            if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ClipSource.Stopped();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClipSource.Stopped();
        }
    }

    private void fill() {
        while (!readToEnd && !buffer.full()) {
            ConsumerRecord<String, byte[]> record = reader.next();
            if (record == null) {
                readToEnd = true;
            } else {
                Clip clip = usable(record);
                if (clip != null) {
                    buffer.add(new Example(clip, epoch, record.partition(), record.offset()));
                }
            }
        }
    }

    private @Nullable Clip usable(ConsumerRecord<String, byte[]> record) {
        try {
            Clip clip = Topics.CLIPS.read(record);
            if (clip.getFramesCount() == 0 || clip.getVideoId().isEmpty()) {
                throw new VitoException(
                        Reason.DAMAGED_CLIP,
                        "clip '%s' at %s-%d@%d has %d frames and video id '%s', expected frames of a named video"
                                .formatted(
                                        clip.getClipId(),
                                        record.topic(),
                                        record.partition(),
                                        record.offset(),
                                        clip.getFramesCount(),
                                        clip.getVideoId()));
            }
            return clip;
        } catch (VitoException e) {
            listener.refused(record, e);
            return null;
        }
    }

    private void refill(DataState state) {
        if (state.buffer().isEmpty()) {
            return;
        }
        Map<Place, ConsumerRecord<String, byte[]>> records = source.fetch(new LinkedHashSet<>(state.buffer()));
        for (Place place : state.buffer()) {
            ConsumerRecord<String, byte[]> record = records.get(place);
            if (record == null) {
                log.warn(
                        "clip {}-{}@{} was to be drawn but is no longer in the topic: batches will differ from those of"
                                + " an uninterrupted run",
                        Topics.CLIPS,
                        place.partition(),
                        place.offset());
            } else {
                buffer.add(new Example(Topics.CLIPS.read(record), epoch, place.partition(), place.offset()));
            }
        }
    }

    private void checkReach(DataState state) {
        if (state.ranges().isEmpty()) {
            return;
        }
        SortedMap<Integer, Range> extent = source.extent();
        state.ranges().forEach((partition, range) -> {
            Range now = extent.get(partition);
            if (now == null || now.to() < range.to()) {
                throw new VitoException(
                        Reason.KAFKA,
                        "the run has read %s-%d up to offset %d but the partition ends at %s: the topic is not the one that"
                                        .formatted(
                                                Topics.CLIPS,
                                                partition,
                                                range.to(),
                                                now == null ? "nothing" : String.valueOf(now.to()))
                                + " the run was trained on; restore the topic or begin another run");
            }
        });
    }
}
