package org.vito.evaluator.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.EvaluationTransform;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.HumanSet;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.data.MadeHuman;
import org.vito.evaluator.task.Classifier;
import org.vito.evaluator.task.ClassifyingNetwork;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Numbers by model-vs-human's own analyses of the same answers (ErrorConsistency, SixteenClassAccuracyDifference). */
class HumanTaskTest {
    private static final Offset<Double> EXACT = within(1e-12);

    @TempDir
    Path root;

    @BeforeEach
    void write() {
        MadeHuman.write(root);
    }

    private HumanSet open(List<String> experiments) {
        return (HumanSet)
                DataSets.open("people", root, DataSets.Kind.MODEL_VS_HUMAN, new Limits(0, 0, 0, 0.2, experiments));
    }

    @Test
    void agreesWithThePublishedAnalyses() {
        Map<String, Double> metrics = HumanTask.measure(open(MadeHuman.EXPERIMENTS), HumanTaskTest::decisions);
        assertThat(metrics.keySet()).first().isEqualTo("ceiled");
        assertThat(metrics.get("edge.consistency")).isCloseTo(0.20764222738184332, EXACT);
        assertThat(metrics.get("low-pass.consistency")).isCloseTo(0.11784451708780617, EXACT);
        assertThat(metrics.get("consistency")).isCloseTo(0.16274337223482474, EXACT);
        assertThat(metrics.get("observed-consistency")).isCloseTo(0.6145833333333334, EXACT);
        assertThat(metrics.get("accuracy-difference")).isCloseTo(0.03955078125, EXACT);
        assertThat(metrics.get("accuracy")).isCloseTo(0.53125, EXACT);
        assertThat(metrics.get("people.consistency")).isCloseTo(0.29456069263995466, EXACT);
        assertThat(metrics.get("people.observed-consistency")).isCloseTo(0.7291666666666666, EXACT);
        assertThat(metrics.get("people.accuracy-difference")).isCloseTo(0.0244140625, EXACT);
        assertThat(metrics.get("edge.ceiled")).isCloseTo(0.20764222738184332 / 0.34798581965205105, EXACT);
        assertThat(metrics.get("low-pass.ceiled")).isCloseTo(0.11784451708780617 / 0.24113556562785823, EXACT);
        assertThat(metrics.get("ceiled"))
                .isCloseTo(
                        (0.20764222738184332 / 0.34798581965205105 + 0.11784451708780617 / 0.24113556562785823) / 2,
                        EXACT);
        assertThat(metrics.get("ceiled.of-means")).isCloseTo(0.16274337223482474 / 0.29456069263995466, EXACT);
        assertThat(metrics.get("images")).isEqualTo(32 + 32); // condition 40 of low-pass does not count
    }

    /** A network that knows what the made pictures are of by their bytes, which must come as they are. */
    @Test
    void aClassifierSeesWholePictures() {
        List<String> classes = SixteenCategories.table().values().stream()
                .flatMap(List::stream)
                .toList();
        HumanSet set = open(MadeHuman.EXPERIMENTS);
        ClassifyingNetwork network = new ClassifyingNetwork() {
            @Override
            public Classifier classifier() {
                return new Classifier(classes, new float[classes.size()][1], new float[classes.size()], Map.of());
            }

            @Override
            public void classify(ImagePart images, Receiver receiver) {
                ByteBuffer out = ByteBuffer.allocate(3 * 224 * 224);
                try (EvaluationTransform transform = EvaluationTransform.of(224)) {
                    for (int image = 0; image < images.size(); image++) {
                        images.write(image, transform, out.clear());
                        int number = MadeHuman.number(out.get(1), out.get(3 * 224 * 224 - 1));
                        String category = MadeHuman.CATEGORIES.get(number % 16);
                        float[] logits = new float[classes.size()];
                        for (String name : SixteenCategories.table().getOrDefault(category, List.of())) {
                            logits[classes.indexOf(name)] = 20;
                        }
                        receiver.classified(image, logits);
                    }
                }
            }
        };
        assertThat(HumanTask.measure(set, network)).containsEntry("accuracy", 1.0);
    }

    private static List<String> decisions(HumanSet.Experiment experiment) {
        boolean edge = experiment.name().equals("edge");
        List<String> decisions = new ArrayList<>();
        for (HumanSet.Stimulus picture : experiment.pictures()) {
            String image = picture.image();
            int category = MadeHuman.CATEGORIES.indexOf(picture.category());
            int i = edge
                    ? 16 * (image.charAt(picture.category().length()) - '0') + category
                    : Integer.parseInt(image.substring(image.indexOf('_') + 1, image.indexOf('.')));
            decisions.add(MadeHuman.said(MadeHuman.NETWORK, i, edge ? 3 : 5));
        }
        return decisions;
    }

    /** Ten trials of method and paper: accuracies 0.7 and 0.6. */
    @Test
    void errorConsistencyIsKappa() {
        Agreement found = Agreement.of(trials("1110101101"), trials("1010111001"));
        assertThat(found.observed()).isCloseTo(0.7, EXACT);
        assertThat(found.consistency()).isCloseTo(0.16 / 0.46, EXACT);
        assertThat(found.accuracyDifference()).isCloseTo(0.01, EXACT);
        assertThat(found.ceiled(new Agreement(0, 0, 0.3881))).isCloseTo(0.8962, within(5e-5));
        assertThat(Agreement.of(trials("1111"), trials("1111")).consistency()).isEqualTo(1);
        assertThat(new Agreement(0, 0, 0.5).ceiled(new Agreement(0, 0, 0.4))).isEqualTo(1);
        assertThat(new Agreement(0, 0, -0.1).ceiled(new Agreement(0, 0, 0.4))).isCloseTo(0.25, EXACT);
    }

    private static List<Boolean> trials(String right) {
        return right.chars().mapToObj(c -> c == '1').toList();
    }

    @Test
    void theMeanOfACategorysClassesDecides() {
        Map<String, List<String>> table = SixteenCategories.table();
        assertThat(table.keySet()).containsExactlyElementsOf(MadeHuman.CATEGORIES);
        assertThat(table.values().stream().mapToInt(List::size).sum()).isEqualTo(207);
        assertThat(table.get("bear")).containsExactly("n02132136", "n02133161", "n02134084", "n02134418");
        List<String> classes = table.values().stream()
                .flatMap(List::stream)
                .sorted()
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
        classes.add("n99999999");
        float[] logits = new float[classes.size()];
        logits[classes.indexOf("n02132136")] = 3; // one bear of four: mean (20.1 + 3) / 4 = 5.8
        logits[classes.indexOf("n03041632")] = 1.7f; // the only knife: 5.5
        logits[classes.size() - 1] = 9; // nothing that counts
        assertThat(new SixteenCategories(classes).decide(logits)).isEqualTo("bear");
        logits[classes.indexOf("n03041632")] = 1.8f; // 6.0
        assertThat(new SixteenCategories(classes).decide(logits)).isEqualTo("knife");
        classes.remove("n03041632");
        assertThatThrownBy(() -> new SixteenCategories(classes))
                .isInstanceOf(VitoException.class)
                .hasMessageContainingAll("knife", "n03041632", "WordNet IDs");
    }

    @Test
    void tellsWhatIsMissingOrWrong() throws IOException {
        Path answers = root.resolve("raw-data/edge/edge_subject-02_session_1.csv");
        List<String> lines = Files.readAllLines(answers);
        Files.write(answers, lines.subList(0, 30));
        refused("subject-02", "was not judged");
        Files.write(
                answers,
                IntStream.range(0, lines.size())
                        .mapToObj(i -> i == 4 ? "a,b" : lines.get(i))
                        .toList());
        refused("edge_subject-02_session_1.csv:5", "2 fields", "expected 8");
        Files.writeString(answers, "subj,trial\nsubject-02,1\n");
        refused("edge_subject-02_session_1.csv", "expected subj, object_response, category, condition and imagename");
        List<String> twice = new ArrayList<>(lines);
        twice.add(lines.get(1));
        Files.write(answers, twice);
        refused("edge_subject-02_session_1.csv:34", "a second time");
        Files.write(answers, lines);
        Files.delete(root.resolve("datasets/edge/oven/oven1.png"));
        refused("subject-01", "oven1.png is missing");
        Files.delete(answers);
        Files.delete(answers.resolveSibling("edge_subject-03_session_1.csv"));
        refused("answers of 1 people", "release v0.1");
        assertThatThrownBy(() -> open(List.of("silhouette")))
                .hasMessageContainingAll("there is no directory", "datasets", "silhouette");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(MadeHuman.EXPERIMENTS))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }
}
