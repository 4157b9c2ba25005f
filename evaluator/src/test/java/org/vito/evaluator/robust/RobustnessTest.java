package org.vito.evaluator.robust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.data.ImageNetA;
import org.vito.evaluator.data.ImageNetClasses;
import org.vito.evaluator.data.ImageNetVidRobust;

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

    /** 600 images: imagenet-testbed (0170eec) finds 10.0 % among the 200 classes; among all 1000 it would be 9.3 %. */
    @Test
    void agreesWithImageNetTestbedOnImageNetA() {
        int[] places = IMAGENET_A;
        assertThat(places).hasSize(200);
        List<String> classes =
                IntStream.of(places).mapToObj(ImageNetClasses.names()::get).toList();
        int[] labels = IntStream.range(0, 600).map(i -> i * 37 % 200).toArray();
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            logits.add(logits(i, places[labels[i]], i % 3 == 2 ? 0 : 0.05 * (i % 7)));
        }
        MadeNetwork network = new MadeNetwork(ImageNetClasses.names(), logits);
        assertThat(Robustness.measure(new ImageNetA("a", classes, network.images(labels)), network))
                .containsEntry("top1", 60 / 600.0);
    }

    /** Logits that golden programs computed in the same way: 0 … 1, with {@code more} for one class. */
    private static float[] logits(long image, int favoured, double more) {
        float[] logits = new float[1000];
        for (int c = 0; c < logits.length; c++) {
            double logit = (image * 7919 + c * 104_729L + image * c % 613 * 31) % 1009 / 1009.0;
            logits[c] = (float) (c == favoured ? logit + more : logit);
        }
        return logits;
    }

    /** 200 anchors with two frames around nine of ten: imagenet-testbed finds pm0 0.48 and pm10 0.145; by means 0.275 and 0.085. */
    @Test
    void agreesWithImageNetTestbedOnImageNetVidRobust() {
        List<List<String>> classes = new ArrayList<>();
        for (String line : VID_CLASSES.lines().toList()) {
            classes.add(Stream.of(line.split(" ", -1))
                    .flatMapToInt(range -> {
                        String[] ends = range.split("-", -1);
                        return IntStream.rangeClosed(
                                Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                    })
                    .mapToObj(ImageNetClasses.names()::get)
                    .toList());
        }
        assertThat(classes.stream().mapToInt(List::size).sum()).isEqualTo(288);
        List<float[]> logits = new ArrayList<>();
        List<Set<Integer>> labels = new ArrayList<>();
        List<ImageNetVidRobust.Anchor> anchors = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            int label = i / 3 * 11 % 30;
            int favoured = ImageNetClasses.names().indexOf(classes.get(label).get(0));
            logits.add(logits(i, favoured, i % 8 == 7 ? 0 : 0.5));
            labels.add(i % 5 == 0 ? new HashSet<>(List.of(label, i * 7 % 30)) : Set.of(label));
        }
        for (int a = 0; a < 200; a++) {
            anchors.add(new ImageNetVidRobust.Anchor(3 * a + 1, a % 10 == 0 ? List.of() : List.of(3 * a, 3 * a + 2)));
        }
        MadeNetwork network = new MadeNetwork(ImageNetClasses.names(), logits);
        assertThat(Robustness.measure(
                        new ImageNetVidRobust("v", classes, network.images(new int[600]), labels, anchors), network))
                .containsEntry("pm0", 96 / 200.0)
                .containsEntry("pm10", 29 / 200.0)
                .containsEntry("images", 600.0)
                .containsEntry("anchors", 200.0)
                .containsKeys("pm0.low", "pm10.high");
    }

    /** Two anchors that are right, one frame around the second that is not: 1 and 0.5. Class a is first by its largest logit. */
    @Test
    void anAnchorCountsWithAllFramesAroundIt() {
        List<List<String>> classes = List.of(List.of("a1", "a2"), List.of("b1", "b2"));
        float[] a = {1, 0.2f, 0.9f, 0.9f}; // by the mean it would be b
        float[] b = {0, 0, 0, 1};
        MadeNetwork network = new MadeNetwork(List.of("a1", "a2", "b1", "b2"), List.of(a, a, b));
        Map<String, Double> found = Robustness.measure(
                new ImageNetVidRobust(
                        "v",
                        classes,
                        network.images(0, 0, 0),
                        List.of(Set.of(0), Set.of(0, 1), Set.of(0)),
                        List.of(
                                new ImageNetVidRobust.Anchor(0, List.of(1)),
                                new ImageNetVidRobust.Anchor(1, List.of(0, 2)))),
                network);
        assertThat(found).containsEntry("pm0", 1.0).containsEntry("pm10", 0.5);
        assertThat(found.keySet().iterator().next()).isEqualTo("pm10");
    }

    /** Clean 0.7, the corruptions' accuracies at severity 5 0.4, 0.5 and 0.3: 0.3 is lost. */
    @Test
    void whatIsLostIsCleanLessTheMeanOverCorruptions() {
        double[] bySeverity = {0.6, 0.6, 0.5, 0.45, (0.4 + 0.5 + 0.3) / 3};
        Map<String, Double> told = CorruptionsTask.metrics(bySeverity, 0.7, Map.of("top1.flash.1", 0.6), 1000);
        assertThat(told.get("delta.5")).isCloseTo(0.3, within(1e-12));
        assertThat(told.get("delta.1")).isCloseTo(0.1, within(1e-12));
        assertThat(told.get("top1")).isCloseTo(0.51, within(1e-12));
        assertThat(told).containsEntry("top1.flash.1", 0.6).containsEntry("top1.clean", 0.7);
        assertThat(told.get("top1.low")).isCloseTo(0.47903, within(1e-4)); // of 510 of 1000
        assertThat(CorruptionsTask.metrics(bySeverity, null, Map.of(), 1000))
                .doesNotContainKeys("delta.1", "top1.clean")
                .containsKey("top1");
    }

    /** Places of ImageNet-A's classes among ImageNet's, as imagenet-testbed and natural-adv-examples have them. */
    private static final int[] IMAGENET_A = {
        6, 11, 13, 15, 17, 22, 23, 27, 30, 37, 39, 42, 47, 50, 57, 70, 71, 76, 79, 89,
        90, 94, 96, 97, 99, 105, 107, 108, 110, 113, 124, 125, 130, 132, 143, 144, 150, 151, 207, 234,
        235, 254, 277, 283, 287, 291, 295, 298, 301, 306, 307, 308, 309, 310, 311, 313, 314, 315, 317, 319,
        323, 324, 326, 327, 330, 334, 335, 336, 347, 361, 363, 372, 378, 386, 397, 400, 401, 402, 404, 407,
        411, 416, 417, 420, 425, 428, 430, 437, 438, 445, 456, 457, 461, 462, 470, 472, 483, 486, 488, 492,
        496, 514, 516, 528, 530, 539, 542, 543, 549, 552, 557, 561, 562, 569, 572, 573, 575, 579, 589, 606,
        607, 609, 614, 626, 627, 640, 641, 642, 643, 658, 668, 677, 682, 684, 687, 701, 704, 719, 736, 746,
        749, 752, 758, 763, 765, 768, 773, 774, 776, 779, 780, 786, 792, 797, 802, 803, 804, 813, 815, 820,
        823, 831, 833, 835, 839, 845, 847, 850, 859, 862, 870, 879, 880, 888, 890, 897, 900, 907, 913, 924,
        932, 933, 934, 937, 943, 945, 947, 951, 954, 956, 957, 959, 971, 972, 980, 981, 984, 986, 987, 988
    };

    /** For each class of ImageNet-Vid-Robust the places of those of ImageNet's that it stands for, as published. */
    private static final String VID_CLASSES =
            """
            404
            351-353
            294-297
            444 671
            7-24 80-100 127-146
            654 779 874
            407 436 468 511 609 627 656 661 751 817
            345
            151-268
            281-285
            385-386
            277-280
            388
            333
            339
            291
            38-48
            370-382
            665
            330 332
            387
            348
            52-68
            335
            292
            466
            33-37
            403 472 484 510 554 576 625 628 724 780 814 833 871 913-914
            147-148
            340
            """;
}
