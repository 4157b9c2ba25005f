package org.vito.learner.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.augment.ClipBatch.Example;
import org.vito.learner.TestClips;
import org.vito.learner.data.OrderSettings.Drained;
import org.vito.learner.data.OrderSettings.Mode;
import org.vito.protocol.CounterRandom;

/** Videos of very different lengths: in which batches two clips of one video meet. */
class SkewedVideosTest {
    private static final int PASSES = 6;
    private static final int ALL = 1 << 20; // a buffer that holds everything

    /** Clips of videos of the given lengths, a video's clips one after the other in each of two partitions. */
    private static MemoryClipSource.Topic topic(List<Integer> lengths) {
        MemoryClipSource.Topic topic = new MemoryClipSource.Topic(2);
        for (int video = 0; video < lengths.size(); video++) {
            for (int clip = 0; clip < lengths.get(video); clip++) {
                topic.add(clip % 2, TestClips.clip("v" + video, clip));
            }
        }
        return topic;
    }

    private static List<ComposedBatch> batches(List<Integer> lengths, int clips, int capacity) {
        OrderSettings settings = new OrderSettings(
                9,
                clips,
                Mode.EPOCHS,
                PASSES,
                1,
                0,
                Drained.WAIT,
                capacity,
                1L << 40,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ZERO);
        MemoryClipSource source = new MemoryClipSource(topic(lengths));
        List<ComposedBatch> batches = new ArrayList<>();
        try (ClipOrder order = new ClipOrder(
                source, source, settings, EpochDecisions.UNRECORDED, DataState.beginning(), new Heard())) {
            for (ComposedBatch batch = order.next(); batch != null; batch = order.next()) {
                batches.add(batch);
            }
        }
        return batches;
    }

    private static List<Integer> lengths(String words) {
        List<Integer> lengths = new ArrayList<>();
        for (String word : words.split(" ", -1)) {
            String[] timesLength = word.split("x", -1);
            for (int i = 0; i < Integer.parseInt(timesLength[0]); i++) {
                lengths.add(Integer.parseInt(timesLength[1]));
            }
        }
        return lengths;
    }

    private static Set<String> videos(List<Example> examples) {
        return examples.stream().map(e -> e.clip().getVideoId()).collect(Collectors.toSet());
    }

    private static String name(Example e) {
        return e.clip().getClipId() + "#" + e.epoch();
    }

    /** Where no video has more clips than there are batches in an epoch, no batch needs two of one, and none has. */
    @ParameterizedTest
    @CsvSource({
        "8, 1x12 84x1",
        "8, 3x12 2x10 40x1",
        "8, 8x5",
        "8, 7x5 5x1",
        "8, 1x13 9x7 25x1 3x3",
        "16, 4x30 20x10 50x4 3x1",
        "32, 1x29 10x20 100x5 200x1"
    })
    void noTwoOfOneVideoMeetWhereThatCanBe(int clips, String words) {
        List<Integer> lengths = lengths(words);
        List<ComposedBatch> batches = batches(lengths, clips, ALL);
        int inAll = lengths.stream().mapToInt(n -> n).sum() * PASSES;
        assertThat(batches).hasSize(inAll / clips);
        for (ComposedBatch batch : batches.subList(0, batches.size() - clips)) {
            assertThat(videos(batch.batch().examples()))
                    .as("batch %d", batch.batch().number())
                    .hasSize(clips);
        }
    }

    /** Whatever the lengths: two of one video meet only when what is left of two epochs has no other video. */
    @ParameterizedTest
    @CsvSource({
        "8, 1x40 10x2",
        "8, 1x200 5x4",
        "8, 2x30 3x20 6x1",
        "4, 1x5 1x4 1x3 1x2 1x1",
        "8, 5x4",
        "16, 1x100 1x50 40x2",
        "5, 1x30"
    })
    void twoOfOneVideoMeetOnlyWhereNoOtherIsAtHand(int clips, String words) {
        List<Integer> lengths = lengths(words);
        List<ComposedBatch> batches = batches(lengths, clips, ALL);
        int anEpoch = lengths.stream().mapToInt(n -> n).sum();
        Map<Long, Set<String>> drawn = new TreeMap<>();
        long oldest = 1;
        for (ComposedBatch batch : batches) {
            List<Example> examples = batch.batch().examples();
            for (Example e : examples) {
                assertThat(drawn.computeIfAbsent(e.epoch(), x -> new HashSet<>())
                                .add(name(e)))
                        .as("%s is drawn once", name(e))
                        .isTrue();
            }
            Set<String> here = videos(examples);
            if (here.size() < clips) {
                Set<String> left = new HashSet<>();
                for (long epoch = oldest; epoch <= Math.min(oldest + 1, PASSES); epoch++) {
                    for (int video = 0; video < lengths.size(); video++) {
                        for (int clip = 0; clip < lengths.get(video); clip++) {
                            String name = TestClips.clip("v" + video, clip).getClipId() + "#" + epoch;
                            if (!drawn.getOrDefault(epoch, Set.of()).contains(name)) {
                                left.add("v" + video);
                            }
                        }
                    }
                }
                assertThat(here)
                        .as("batch %d has every video there was", batch.batch().number())
                        .containsAll(left);
            }
            while (drawn.getOrDefault(oldest, Set.of()).size() == anEpoch) {
                oldest++;
            }
            assertThat(drawn.keySet()).as("epochs that are drawn from").allMatch(within(oldest + 1));
        }
        for (long epoch = 1; epoch < PASSES; epoch++) {
            assertThat(drawn.getOrDefault(epoch, Set.of()).size())
                    .as("clips of epoch %d", epoch)
                    .isGreaterThan(anEpoch - clips);
        }
        assertThat(drawn.values().stream().mapToInt(Set::size).sum()).isEqualTo(batches.size() * clips);
        assertThat(batches).hasSize(anEpoch * PASSES / clips);
    }

    private static java.util.function.Predicate<Long> within(long most) {
        return epoch -> epoch <= most;
    }

    /** A buffer smaller than the data cannot see everything, but what it holds it keeps apart. */
    @ParameterizedTest
    @CsvSource({"8, 64, 1x60 20x10 60x3", "16, 128, 4x40 100x6", "4, 8, 30x5"})
    void whatTheBufferHoldsIsKeptApart(int clips, int capacity, String words) {
        List<ComposedBatch> batches = batches(lengths(words), clips, capacity);
        Set<String> held = new HashSet<>();
        for (ComposedBatch batch : batches) {
            Set<String> here = videos(batch.batch().examples());
            if (here.size() < clips && !held.isEmpty()) {
                assertThat(here).as("batch %d", batch.batch().number()).containsAll(held);
            }
            held.clear();
            batch.after().ending().forEach(place -> held.add(video(words, place)));
            batch.after().buffer().forEach(place -> held.add(video(words, place)));
        }
    }

    private static String video(String words, Place place) {
        long before = 0;
        List<Integer> lengths = lengths(words);
        for (int video = 0; video < lengths.size(); video++) {
            int here = place.partition() == 0 ? (lengths.get(video) + 1) / 2 : lengths.get(video) / 2;
            if (place.offset() < before + here) {
                return "v" + video;
            }
            before += here;
        }
        throw new AssertionError("no clip at " + place);
    }

    /** The rule by itself, against every multiset of counts that a random search finds: as many clean batches as can be. */
    @ParameterizedTest
    @CsvSource({"3", "4", "8"})
    void aBufferGivesAsManyBatchesOfDifferentVideosAsItCan(int clips) {
        CounterRandom random = CounterRandom.of(4, "counts", clips, 0);
        for (int trial = 0; trial < 400; trial++) {
            ShuffleBuffer buffer = new ShuffleBuffer();
            int videos = clips + random.nextInt(3 * clips);
            int most = 1 + random.nextInt(6);
            List<Integer> counts = new ArrayList<>();
            for (int video = 0; video < videos; video++) {
                int count = 1 + random.nextInt(most);
                counts.add(count);
                for (int clip = 0; clip < count; clip++) {
                    buffer.add(new Example(TestClips.clip("v" + video, clip), 1, 0, clip));
                }
            }
            int full = buffer.size() / clips;
            boolean possible = counts.stream().mapToInt(c -> Math.min(c, full)).sum() >= full * clips;
            int made = 0;
            for (int batch = 0; batch < full; batch++) {
                BatchComposer composer = new BatchComposer(clips, CounterRandom.of(trial, "batch", batch, 0));
                boolean more = true;
                while (more && !composer.complete()) {
                    more = composer.take(buffer);
                }
                made += composer.complete() ? 1 : 0;
            }
            assertThat(made == full).as("%s in batches of %d", counts, clips).isEqualTo(possible);
        }
    }
}
