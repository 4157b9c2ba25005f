package org.vito.learner.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.TestClips;
import org.vito.learner.data.OrderSettings.Drained;
import org.vito.learner.data.OrderSettings.Mode;
import org.vito.protocol.VitoException;

class RecordedEpochsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static EpochPlan plan(long number, long batch, long to) {
        return new EpochPlan(
                number,
                batch,
                new TreeMap<>(Map.of(0, new Range(2, to))),
                new TreeMap<>(Map.of(0, new Range(0, 2))),
                3);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theFirstDecisionHoldsFromItsBatchOn() {
        EpochPlan first = plan(1, 7, 10);
        assertThat(RecordedEpochs.open(directory, 9).decide(1, 7, () -> first)).isEqualTo(first);
        RecordedEpochs later = RecordedEpochs.open(directory, 9);
        assertThat(later.decide(1, 6, () -> plan(1, 6, 99)))
                .as("one batch earlier")
                .isNull();
        assertThat(later.decide(1, 7, () -> plan(1, 7, 99))).isEqualTo(first);
        assertThat(later.decide(2, 8, () -> null)).isNull();
        assertThat(later.decide(2, 9, () -> plan(2, 9, 20))).isEqualTo(plan(2, 9, 20));
    }

    @Test
    void theNewestAreKeptAndARunThatBeginsForgetsAll() throws IOException {
        RecordedEpochs epochs = RecordedEpochs.open(directory, 2);
        for (long number = 1; number <= 4; number++) {
            EpochPlan next = plan(number, number, 10);
            epochs.decide(number, number, () -> next);
        }
        assertThat(files()).containsExactly("epoch-000000000003.json", "epoch-000000000004.json");
        epochs.clear();
        assertThat(files()).isEmpty();
    }

    @Test
    void aDamagedRecordAndADirectoryThatCannotBeWrittenAreNamed() throws IOException {
        Path file = directory.resolve("epoch-000000000001.json");
        Files.writeString(file, "{\"number\":1");
        assertThatThrownBy(() -> RecordedEpochs.open(directory, 2).decide(1, 0, () -> null))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> RecordedEpochs.open(file, 2))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(file.toString());
    }

    /** The topic grows all the time; a run that goes on from any batch sees it later than the run before saw it. */
    @Test
    void whatTheTopicGainedMeanwhileDoesNotChangeBatchesThatWereMade() {
        MemoryClipSource.Topic topic = new MemoryClipSource.Topic(2);
        OrderSettings settings = new OrderSettings(
                1,
                4,
                Mode.REPLAY,
                1,
                4,
                0,
                Drained.WAIT,
                8,
                1L << 30,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ZERO);
        for (int i = 0; i < 10; i++) {
            topic.add(i % 2, TestClips.clip("v" + i, i));
        }
        List<ComposedBatch> batches = new ArrayList<>();
        ClipOrder growing = order(topic, settings, DataState.beginning());
        for (int i = 10; i < 40; i++) {
            batches.add(growing.next());
            topic.add(i % 2, TestClips.clip("v" + i, i));
        }
        for (int after = 0; after < 25; after++) {
            ClipOrder continued = order(topic, settings, batches.get(after).after());
            for (int i = after + 1; i < 30; i++) {
                assertThat(continued.next()).as("batch %d after %d", i, after).isEqualTo(batches.get(i));
            }
        }
    }

    private ClipOrder order(MemoryClipSource.Topic topic, OrderSettings settings, DataState state) {
        MemoryClipSource source = new MemoryClipSource(topic);
        return new ClipOrder(source, source, settings, RecordedEpochs.open(directory, 99), state, new Heard());
    }
}
