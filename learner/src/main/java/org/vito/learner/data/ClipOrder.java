package org.vito.learner.data;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
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
 * The order in which clips are learned from: a sequence of batches that is a function of the seed and of what each epoch was
 * decided to consist of. Used by one thread, except {@link #stop} and {@link #unread}.
 *
 * <p>An epoch is a snapshot of the clips topic, for each partition a range of offsets decided when the epoch begins ({@link
 * EpochProposals} says which, {@link EpochDecisions} has the last word), and the older clips that are replayed beside it
 * ({@link EpochReader}). Its records are read in a fixed order into a {@link ShuffleBuffer}, from which batches are drawn at
 * random ({@link BatchComposer}) while further records take the places of those drawn. Every usable clip of the snapshot is
 * drawn exactly once.
 *
 * <p>An epoch's end need not be a batch's. Once an epoch has been read to its end and what is left of it cannot fill a batch
 * with different videos, the next one begins to flow in and the batch is filled from it; what was left waits in the buffer
 * for the following batches, which take from it first. Each clip keeps the number of the epoch it was read in, and no third
 * epoch begins before the first of two has been drawn to its last clip. Only where both together have no other video are
 * two clips of one video put into a batch, each video then coming twice before one comes three times. After the last epoch
 * fewer clips than a batch may be left; they are not used.
 *
 * <p>{@link DataState} says where the sequence stands after a batch. An order made from it gives the same batches as the
 * one it came from, as long as the epochs that begin later are decided the same.
 */
public final class ClipOrder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClipOrder.class);
    private static final String PURPOSE = "shuffle";

    private final ClipSource source;
    private final ClipSource history;
    private final OrderSettings settings;
    private final EpochDecisions decisions;
    private final OrderListener listener;
    private final EpochProposals proposals;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private ShuffleBuffer ending = new ShuffleBuffer();
    private ShuffleBuffer held = new ShuffleBuffer();
    private EpochReader reader;
    private long batches;
    private long epoch;
    private boolean readToEnd;
    private boolean barren;
    private volatile long unread;

    /**
     * Continues from {@code state}, for which the clips in its buffer are read again.
     *
     * @param source is closed with the order
     * @param history another reader of the same topic for the clips that are replayed; {@code source} itself where the
     *     settings replay none; is closed with the order
     * @throws VitoException {@link Reason#KAFKA} if the topic does not reach as far as the state does
     */
    public ClipOrder(
            ClipSource source,
            ClipSource history,
            OrderSettings settings,
            EpochDecisions decisions,
            DataState state,
            OrderListener listener) {
        this.source = source;
        this.history = history;
        this.settings = settings;
        this.decisions = decisions;
        this.listener = listener;
        proposals = new EpochProposals(source, settings, listener, stopped);
        batches = state.batches();
        epoch = state.epoch();
        unread = state.unread();
        checkReach(state.ranges());
        refill(ending, epoch - 1, state.ending());
        refill(held, epoch, state.buffer());
        reader = new EpochReader(
                new RangeReader(source, state.ranges(), state.next(), state.turn()),
                history,
                settings.replayRatio(),
                state.replay());
    }

    /**
     * The next batch; waits for clips where the mode says that more will come.
     *
     * @return nothing when the last epoch is over
     * @throws ClipSource.Stopped after {@link #stop}
     */
    public @Nullable ComposedBatch next() {
        BatchComposer composer =
                new BatchComposer(settings.clips(), CounterRandom.of(settings.seed(), PURPOSE, batches, 0));
        boolean mayBegin = true;
        while (!composer.complete()) {
            fill();
            if (composer.take(ending) || composer.take(held)) {
                continue;
            }
            boolean nothingAtHand = ending.isEmpty() && held.isEmpty();
            if (mayBegin || nothingAtHand) {
                mayBegin = beginEpoch(nothingAtHand);
                if (!mayBegin && nothingAtHand) {
                    return null;
                }
            } else {
                composer.repeatVideos();
            }
        }
        return composed(composer.batch());
    }

    private ComposedBatch composed(List<Example> examples) {
        ClipBatch batch = new ClipBatch(batches++, examples);
        RangeReader fresh = reader.fresh();
        DataState after = new DataState(
                DataState.FORMAT,
                batches,
                epoch,
                fresh.turn(),
                fresh.ranges(),
                fresh.positions(),
                reader.replay(),
                ending.places(),
                held.places());
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
        history.wakeUp();
    }

    @Override
    public void close() {
        try {
            source.close();
        } finally {
            if (history != source) {
                history.close();
            }
        }
    }

    /** Begins the next epoch if the one before the last is over and the next has enough clips, or will have if it may wait. */
    private boolean beginEpoch(boolean wait) {
        boolean over = settings.mode() == OrderSettings.Mode.EPOCHS && epoch >= settings.passes();
        if (over || !readToEnd || !ending.isEmpty()) {
            return false;
        }
        long number = epoch + 1;
        SortedMap<Integer, Range> before = reader.fresh().ranges();
        EpochPlan plan =
                decisions.decide(number, batches, () -> proposals.propose(number, batches, before, barren, wait));
        if (plan == null) {
            return false;
        }
        checkReach(plan.fresh());
        reader = new EpochReader(
                RangeReader.begin(source, plan.fresh()),
                history,
                settings.replayRatio(),
                reader.replay().begin(plan));
        ending = held;
        held = new ShuffleBuffer();
        epoch = number;
        readToEnd = false;
        barren = true;
        listener.epoch(number);
        return true;
    }

    private void fill() {
        while (!readToEnd && !full()) {
            ConsumerRecord<String, byte[]> record = reader.next();
            if (record == null) {
                readToEnd = true;
            } else {
                Clip clip = usable(record);
                if (clip != null) {
                    held.add(new Example(clip, epoch, record.partition(), record.offset()));
                    barren = false;
                }
            }
        }
    }

    /** Whether nothing more is to be held: by number or by size, both functions of the clips alone. */
    private boolean full() {
        return ending.size() + held.size() >= settings.capacity()
                || ending.bytes() + held.bytes() >= settings.memoryBytes();
    }

    private @Nullable Clip usable(ConsumerRecord<String, byte[]> record) {
        try {
            return UsableClips.read(record);
        } catch (VitoException e) {
            listener.refused(record, e);
            return null;
        }
    }

    private void refill(ShuffleBuffer buffer, long number, List<Place> places) {
        if (places.isEmpty()) {
            return;
        }
        Map<Place, ConsumerRecord<String, byte[]>> records = source.fetch(new LinkedHashSet<>(places));
        for (Place place : places) {
            ConsumerRecord<String, byte[]> record = records.get(place);
            if (record == null) {
                log.warn(
                        "clip {}-{}@{} was to be drawn but is no longer in the topic: batches will differ from those of"
                                + " an uninterrupted run",
                        Topics.CLIPS,
                        place.partition(),
                        place.offset());
            } else {
                buffer.add(new Example(Topics.CLIPS.read(record), number, place.partition(), place.offset()));
            }
        }
    }

    private void checkReach(SortedMap<Integer, Range> ranges) {
        if (ranges.isEmpty()) {
            return;
        }
        SortedMap<Integer, Range> extent = source.extent();
        ranges.forEach((partition, range) -> {
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
