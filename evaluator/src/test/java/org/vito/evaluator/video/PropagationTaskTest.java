package org.vito.evaluator.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.evaluator.UntrainedNetwork;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.DavisSet;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.data.MadeDavis;
import org.vito.evaluator.data.Mask;
import org.vito.evaluator.task.Workers;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Real networks, untrained, on a set whose objects move by more than their half. */
class PropagationTaskTest {
    private static final PropagationTask TASK = new PropagationTask(new PropagationTask.Options(20, 18, 10, 0.07));

    @TempDir
    static Path root;

    private static DavisSet set;

    @BeforeAll
    static void write() {
        MadeDavis.write(root.resolve("davis"));
        set = (DavisSet) DataSets.open("davis", root.resolve("davis"), DataSets.Kind.DAVIS, new Limits(0, 0, 0, 0.2));
    }

    private static Path network(String name, String settings) {
        Path directory = root.resolve(name);
        UntrainedNetwork.write(directory, settings);
        return directory;
    }

    @Test
    void followsWhatMoves() {
        Path network = network("resnet", "architecture = resnet18");
        Map<String, Mask> masks = new HashMap<>();
        AtomicInteger frames = new AtomicInteger();
        Map<String, Double> found = TASK.run(
                network,
                set,
                (video, index, mask) -> masks.put(video.name() + index, mask),
                Workers.single(),
                frames::incrementAndGet);
        assertThat(found.keySet()).containsExactly("j-and-f", "j", "f", "objects", "frames");
        assertThat(found).containsEntry("objects", 3.0).containsEntry("frames", 2.0 * (MadeDavis.FRAMES - 2));
        assertThat(frames).hasValue(2 * (MadeDavis.FRAMES - 1));
        assertThat(found.get("j"))
                .as("of a mask that stays where it was: 0.215")
                .isGreaterThan(0.7);
        assertThat(found.get("j-and-f")).isEqualTo((found.getOrDefault("j", 0.0) + found.getOrDefault("f", 0.0)) / 2);
        double region = 0;
        for (DavisSet.Video video : set.videos()) {
            for (int object = 1; object <= video.mask(0).objects(); object++) {
                for (int t = 1; t < MadeDavis.FRAMES - 1; t++) {
                    Mask mask = masks.getOrDefault(video.name() + t, video.mask(0));
                    region += MaskAccuracy.region(video.mask(t).of(object), mask.of(object)) / (MadeDavis.FRAMES - 2);
                }
            }
        }
        assertThat(region / 3).as("of the masks found").isEqualTo(found.get("j"));
    }

    @Test
    void namesWhatDoesNotFit() {
        Path swin = network(
                "swin",
                "architecture = mine, block = swin, depths = [1, 1, 1, 1], width = 8, heads = [1, 2, 4, 8], window = 2");
        assertThatThrownBy(() -> TASK.run(swin, set, (video, index, mask) -> {}, Workers.single(), () -> {}))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OTHER_CONFIGURATION))
                .hasMessageContaining("expected a ResNet");
    }
}
