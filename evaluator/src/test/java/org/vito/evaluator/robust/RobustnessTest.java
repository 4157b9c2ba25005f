package org.vito.evaluator.robust;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.data.ImageNetA;
import org.vito.evaluator.data.ImageNetClasses;

class RobustnessTest {
    /** Of logits 6: 2, 7: 5, 11: 1 and label 6 the answer is right, since 7, a cock, is not among the 200 classes. */
    @Test
    void onlyTheClassesOfImageNetACount() {
        float[] logits = new float[1000];
        logits[6] = 2;
        logits[7] = 5;
        logits[11] = 1;
        MadeNetwork network = new MadeNetwork(ImageNetClasses.names(), List.of(logits));
        List<String> classes = List.of(
                ImageNetClasses.names().get(6),
                ImageNetClasses.names().get(11),
                ImageNetClasses.names().get(13));
        assertThat(Robustness.measure(new ImageNetA("a", classes, network.images(0)), network))
                .containsEntry("top1", 1.0)
                .containsEntry("images", 1.0);
        assertThat(Robustness.measure(new ImageNetA("a", classes, network.images(1)), network))
                .containsEntry("top1", 0.0);
        List<String> withSeven = List.of(classes.get(0), ImageNetClasses.names().get(7));
        Map<String, Double> wrong = Robustness.measure(new ImageNetA("a", withSeven, network.images(0)), network);
        assertThat(wrong).containsEntry("top1", 0.0);
        assertThat(wrong.keySet()).containsExactly("top1", "top1.low", "top1.high", "images");
    }
}
