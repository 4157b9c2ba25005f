package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.vito.protocol.v1.TrainingStep;

/** What a run told of the clips it learned from. A step may be told again after a resume; its last telling holds. */
final class TrainingAccount {
    /** Where a clip lies in the topic of clips. */
    record Position(int partition, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            return partition == other.partition
                    ? Long.compare(offset, other.offset)
                    : Integer.compare(partition, other.partition);
        }
    }

    private final SortedMap<Long, TrainingStep> steps = new TreeMap<>();
    private final SortedMap<Long, List<Position>> epochs = new TreeMap<>();

    TrainingAccount(List<TrainingStep> told) {
        told.forEach(step -> steps.put(step.getStep(), step));
        steps.values().forEach(step -> {
            List<Position> taken = positions(step);
            assertThat(step.getClipEpochsCount()).isEqualTo(taken.size());
            for (int i = 0; i < taken.size(); i++) {
                epochs.computeIfAbsent(step.getClipEpochs(i), e -> new ArrayList<>())
                        .add(taken.get(i));
            }
        });
    }

    /** Where the clips of {@code step} lie. */
    static List<Position> positions(TrainingStep step) {
        assertThat(step.getClipOffsetsCount()).isEqualTo(step.getClipPartitionsCount());
        return IntStream.range(0, step.getClipOffsetsCount())
                .mapToObj(i -> new Position(step.getClipPartitions(i), step.getClipOffsets(i)))
                .toList();
    }

    Collection<TrainingStep> steps() {
        return steps.values();
    }

    int epochs() {
        return epochs.size();
    }

    /** Steps 1, 2, 3 … up to the last, each of {@code clips} clips. */
    void assertNoStepIsMissing(int clips) {
        assertThat(steps.firstKey()).isEqualTo(1);
        assertThat(steps).hasSize(steps.lastKey().intValue());
        assertThat(steps.values())
                .allSatisfy(step -> assertThat(step.getClipOffsetsCount()).isEqualTo(clips));
        steps.forEach((number, step) -> assertThat(step.getClipsConsumed())
                .as("clips after step %d", number)
                .isEqualTo(number * clips));
    }

    /**
     * No epoch has a clip twice; every epoch but the last two, which the run's end may have cut short, has each clip that was
     * there when it began: in every partition all of {@code produced} up to some offset, and no less than the epoch before.
     */
    void assertEachClipOnceAnEpoch(SortedSet<Position> produced) {
        Set<Position> before = Set.of();
        for (long epoch : epochs.keySet()) {
            List<Position> taken = epochs.getOrDefault(epoch, List.of());
            Set<Position> distinct = new HashSet<>(taken);
            assertThat(taken).as("epoch %d takes no clip twice", epoch).hasSameSizeAs(distinct);
            assertThat(produced).as("epoch %d takes clips that exist", epoch).containsAll(distinct);
            if (epoch < epochs.lastKey() - 1) {
                assertThat(distinct).as("epoch %d", epoch).isEqualTo(upTo(distinct, produced));
                assertThat(distinct)
                        .as("epoch %d has what the one before had", epoch)
                        .containsAll(before);
            }
            before = distinct;
        }
    }

    /** The clips of every complete epoch are exactly {@code produced}. */
    void assertEveryEpochTakes(SortedSet<Position> produced) {
        epochs.forEach((epoch, taken) -> assertThat(taken)
                .as("epoch %d takes each clip once", epoch)
                .containsExactlyInAnyOrderElementsOf(produced));
    }

    private static Set<Position> upTo(Set<Position> taken, SortedSet<Position> produced) {
        SortedMap<Integer, Long> last = new TreeMap<>();
        taken.forEach(p -> last.merge(p.partition(), p.offset(), Math::max));
        Set<Position> expected = new TreeSet<>();
        produced.stream()
                .filter(p -> p.offset() <= last.getOrDefault(p.partition(), -1L))
                .forEach(expected::add);
        return expected;
    }
}
