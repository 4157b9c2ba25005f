package org.vito.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.evaluator.UntrainedNetwork;
import org.vito.evaluator.data.DataSet;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.DataSets.Kind;
import org.vito.evaluator.data.ImageNetClasses;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.data.MadeClickMe;
import org.vito.evaluator.data.MadeDavis;
import org.vito.evaluator.data.MadeHuman;
import org.vito.evaluator.data.MadeImageNet;
import org.vito.evaluator.picture.PictureStore;
import org.vito.evaluator.plan.Job;
import org.vito.evaluator.plan.Scorer;
import org.vito.evaluator.task.KnnTask;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.video.PropagationTask;
import org.vito.learner.TensorFile;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.BackboneSpec;
import org.vito.learner.network.NetworkSpec;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;

/** Jobs on made sets of ImageNet's layout, with a network that tells their colours. */
class CheckpointScorerTest {
    private static final String IMAGENET = "imagenet";

    @TempDir
    Path directory;

    private final AtomicInteger encoded = new AtomicInteger();
    private final Map<String, Kind> kinds = new HashMap<>(Map.of(
            IMAGENET,
            Kind.FOLDER,
            "imagenet-a",
            Kind.IMAGENET_A,
            "vid",
            Kind.IMAGENET_VID_ROBUST,
            "3dcc",
            Kind.IMAGENET_3DCC));
    private String classifier = IMAGENET;
    private ImageEncoder.Opener opener = checkpoint -> counting();

    private PictureStore pictures() {
        return new PictureStore(directory.resolve("pictures"), 2);
    }

    @BeforeEach
    void write() {
        MadeImageNet.labelled(directory.resolve(IMAGENET));
        MadeImageNet.imageNetA(directory.resolve("imagenet-a"));
    }

    private static final class Listener implements Scorer.Listener {
        private final Map<String, Map<String, Double>> scored = new HashMap<>();
        private final Map<String, Throwable> failed = new HashMap<>();

        @Override
        public void alive() {}

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public void started(String task) {}

        @Override
        public void scored(String task, Map<String, Double> metrics, double seconds) {
            scored.put(task, metrics);
        }

        @Override
        public void failed(String task, Throwable cause, double seconds) {
            failed.put(task, cause);
        }
    }

    private ImageEncoder counting() {
        ImageEncoder encoder = MadeImageNet.encoder();
        return new ImageEncoder() {
            @Override
            public int imageSize() {
                return encoder.imageSize();
            }

            @Override
            public float[][] encode(ByteBuffer images, int count, int size) {
                encoded.addAndGet(count);
                return encoder.encode(images, count, size);
            }

            @Override
            public void close() {}
        };
    }

    /** Runs a job in a life of its own. */
    private Listener score(long step, String dataSet, String... tasks) throws IOException {
        CheckpointScorer.Library library = new CheckpointScorer.Library() {
            @Override
            public DataSet open(String name) {
                return DataSets.open(
                        name,
                        directory.resolve(name),
                        kinds.getOrDefault(name, Kind.AUTO),
                        new Limits(0, 0, 0, 0.2, MadeHuman.EXPERIMENTS));
            }

            @Override
            public String classifier(String of) {
                return classifier;
            }
        };
        LinearProbeTask probe = new LinearProbeTask(new LinearProbeTask.Options(List.of(0.1, 0.2), 30, 1024, 0, false));
        Listener listener = new Listener();
        new CheckpointScorer(
                        library,
                        List.of(new KnnTask(1, 0.07), probe),
                        probe,
                        new PropagationTask(new PropagationTask.Options(1, 1, 1, 1)),
                        new CheckpointScorer.Means(
                                opener,
                                new KeptFiles(directory.resolve("kept"), 1 << 26, () -> Instant.EPOCH),
                                Optional.empty(),
                                pictures(),
                                100,
                                1,
                                Runnable::run,
                                "test",
                                () -> Instant.EPOCH))
                .score(new Job(checkpoint(step), dataSet, List.of(tasks), 1), listener);
        return listener;
    }

    private CheckpointAnnouncement checkpoint(long step) throws IOException {
        Path checkpoint = Files.createDirectories(directory.resolve("step-" + step));
        byte[] manifest =
                ("{'format':2,'run':'r','step':%d,'generation':1,'loss':1,'architecture':'made','configDigest':'c',"
                                + "'atMs':1,'positions':{},'files':{}}")
                        .formatted(step)
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8);
        Files.write(checkpoint.resolve("manifest.json"), manifest);
        return CheckpointAnnouncement.newBuilder()
                .setRunId("r")
                .setStep(step)
                .setDigest(Sha256.of(manifest))
                .setAddress(checkpoint.toUri().toString())
                .build();
    }

    @Test
    void everyImageOfALabelledSetIsEncodedOnceForAllTasksAndLives() throws IOException {
        Listener first = score(1, IMAGENET, "knn", "linear");
        assertThat(first.failed).isEmpty();
        assertThat(first.scored.get("knn")).containsEntry("top1", 1.0).containsKey("seconds.features");
        assertThat(first.scored.get("linear")).containsEntry("top1", 1.0);
        assertThat(encoded).hasValue(400);

        assertThat(score(1, "imagenet-a", "imagenet-a").scored.get("imagenet-a"))
                .containsEntry("top1", (7500 - 38) / 7500.0)
                .containsEntry("images", 7500.0)
                .containsKeys("top1.low", "top1.high");
        assertThat(encoded).hasValue(400 + 7500);

        assertThat(score(1, IMAGENET, "knn", "linear").scored.get("linear"))
                .as("the kept one's")
                .containsEntry("top1.lr=0.1", 1.0)
                .containsKeys("top5", "learning-rate");
        assertThat(encoded).hasValue(400 + 7500);
        score(2, IMAGENET, "linear");
        assertThat(encoded).as("of another network").hasValue(800 + 7500);
    }

    @Test
    void aClassifierIsTrainedWhereItIsNeededAndKeptAsTimmWouldHaveIt() throws IOException {
        assertThat(score(1, "imagenet-a", "imagenet-a").scored).containsKey("imagenet-a");
        assertThat(encoded).hasValue(400 + 7500);
        List<Path> kept;
        try (Stream<Path> files = Files.list(directory.resolve("kept"))) {
            kept = files.filter(f -> f.toString().endsWith(".classifier.safetensors"))
                    .toList();
        }
        assertThat(kept).hasSize(1);
        TensorFile file = TensorFile.read(kept.get(0));
        assertThat(file.tensor("fc.weight").shape()).containsExactly(200L, 256L);
        assertThat(file.tensor("fc.bias").shape()).containsExactly(200L);
        assertThat(file.about())
                .containsEntry("data-set", IMAGENET)
                .containsEntry("checkpoint", checkpoint(1).getDigest());
        assertThat(file.about().get("classes")).startsWith("[\"n01440764\",");
        assertThat(file.about().get("metrics")).startsWith("{\"top1\":1.0,");
        assertThat(file.about().get("recipe")).contains("0.1, 0.2", "1024");

        score(1, IMAGENET, "linear");
        assertThat(encoded).as("the classifier is there").hasValue(400 + 7500);
        Files.write(kept.get(0), new byte[7]);
        assertThat(score(1, IMAGENET, "linear").scored.get("linear")).containsEntry("top1", 1.0);
        assertThat(encoded).as("trained anew on the features that are there").hasValue(400 + 7500);
        assertThat(TensorFile.read(kept.get(0)).tensors()).containsKey("fc.weight");
    }

    /** Neighbours of one class have green frames, and those of another red ones; attention is that of a real network. */
    @Test
    void neighboursAndAttentionAreDrawn() throws IOException {
        score(1, IMAGENET, "knn");
        assertThat(pictures().list("r")).containsExactly(new PictureStore.Entry(1, IMAGENET, "neighbours"));
        BufferedImage sheet = picture(1, IMAGENET, "neighbours");
        assertThat(sheet.getWidth()).isGreaterThan(7 * 128);
        int left = sheet.getWidth() - 16 - 6 * 128 - 5 * 8; // of the first neighbour
        assertThat(sheet.getRGB(left + 1, 36 + 64) & 0xffffff)
                .as("of the same class")
                .isEqualTo(0x2ca02c);
        assertThat(sheet.getRGB(left + 136 + 1, 36 + 64) & 0xffffff)
                .as("there is but one")
                .isEqualTo(0xd62728);

        opener = ImageEncoder::frozen;
        UntrainedNetwork.write(directory.resolve("step-2"), "architecture = resnet18");
        score(2, IMAGENET, "linear");
        MadeDavis.write(directory.resolve("davis"));
        kinds.put("davis", Kind.DAVIS);
        score(2, "davis", "propagation");
        score(3, "imagenet-a", "imagenet-a"); // cannot be opened
        assertThat(pictures().list("r"))
                .containsExactly(
                        new PictureStore.Entry(2, "davis", "attention"),
                        new PictureStore.Entry(2, "davis", "masks"),
                        new PictureStore.Entry(2, IMAGENET, "attention"),
                        new PictureStore.Entry(2, IMAGENET, "neighbours"),
                        new PictureStore.Entry(1, IMAGENET, "neighbours"));
        assertThat(picture(2, IMAGENET, "attention").getWidth()).isEqualTo(16 + 120 + 4 * 136 - 8 + 16);
    }

    private BufferedImage picture(long step, String dataSet, String name) throws IOException {
        byte[] png = pictures()
                .read("r", new PictureStore.Entry(step, dataSet, name))
                .orElseThrow();
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @Test
    void framesOfVideosAndCorruptedImagesAreClassified() throws IOException {
        MadeImageNet.vidRobust(directory.resolve("vid"));
        assertThat(score(1, "vid", "imagenet-vid-robust").scored.get("imagenet-vid-robust"))
                .containsEntry("pm0", 0.75)
                .containsEntry("pm10", 0.5)
                .containsEntry("images", 12.0);
        MadeImageNet.corrupted(directory.resolve("3dcc"));
        Map<String, Double> lost = score(1, "3dcc", "imagenet-3dcc").scored.getOrDefault("imagenet-3dcc", Map.of());
        assertThat(lost)
                .containsEntry("top1.clean", 1.0)
                .containsEntry("top1.flash.3", 0.7)
                .containsEntry("top1.fog_3d.5", 1.0)
                .containsEntry("images", 10.0);
        assertThat(lost.get("delta.5")).isCloseTo(0.5 / 6, within(1e-9));
        assertThat(lost.get("top1")).isCloseTo(1 - 0.3 / 6, within(1e-9));
        assertThat(encoded).hasValue(400 + 12 + 300);
        assertThat(pictures().list("r")).containsExactly(new PictureStore.Entry(1, "3dcc", "lost-accuracy"));
    }

    @Test
    void theClassifierThatANetworkBroughtWithItIsTried() throws IOException {
        classifier = CheckpointScorer.OWN_CLASSIFIER;
        Path network = Files.createDirectories(directory.resolve("step-1"));
        BackboneSpec backbone = new BackboneSpec.Residual(BackboneSpec.Block.BASIC, List.of(1, 1, 1, 1), 32, false);
        ModelFile.of(new NetworkSpec("made", backbone, null, null, 1000), 8).write(network);
        float[] weights = new float[1000 * 256];
        for (int c = 0; c < 200; c++) {
            weights[ImageNetClasses.names().indexOf(MadeImageNet.classes().get(c)) * 256 + c] = 1;
        }
        Map<String, TensorFile.Tensor> tensors = Map.of(
                "backbone.fc.weight", new TensorFile.Tensor(List.of(1000L, 256L), weights),
                "backbone.fc.bias", new TensorFile.Tensor(List.of(1000L), new float[1000]));
        new TensorFile(Map.of(), tensors).write(network.resolve(TrainingModel.ONLINE_FILE));

        assertThat(score(1, "imagenet-a", "imagenet-a").scored.get("imagenet-a"))
                .containsEntry("top1", (7500 - 38) / 7500.0);
        MadeImageNet.corrupted(directory.resolve("3dcc"));
        assertThat(score(1, "3dcc", "imagenet-3dcc").scored.get("imagenet-3dcc"))
                .containsEntry("top1.flash.3", 0.7)
                .doesNotContainKeys("delta.1", "top1.clean");
        assertThat(encoded).as("nothing is trained").hasValue(7500 + 300);

        ModelFile.of(new NetworkSpec("made", backbone, null, null, 0), 8).write(network);
        refused(
                score(1, "3dcc", "imagenet-3dcc"),
                "imagenet-3dcc",
                Reason.OTHER_CONFIGURATION,
                "has no classifier",
                "classifier = NAME");
        ModelFile.of(new NetworkSpec("made", backbone, null, null, 21), 8).write(network);
        refused(
                score(1, "3dcc", "imagenet-3dcc"),
                "imagenet-3dcc",
                Reason.DAMAGED_CHECKPOINT,
                "shape [1000, 256]; expected 21 classes of 256 features");
    }

    @Test
    void pictureSetsOfPeopleAreMeasuredWithTheCheckpointsNetwork() throws IOException {
        kinds.put("clickme", Kind.CLICKME);
        MadeClickMe.write(directory.resolve("clickme"), 2);
        classifier = "";
        UntrainedNetwork.write(directory.resolve("step-1"), "architecture = resnet18");
        assertThat(score(1, "clickme", "alignment").scored.get("alignment"))
                .containsEntry("images", 4.0)
                .containsKeys("alignment", "alignment.low", "alignment.high");
        assertThat(pictures().list("r")).containsExactly(new PictureStore.Entry(1, "clickme", "saliency"));
        assertThat(picture(1, "clickme", "saliency").getHeight()).isGreaterThan(4 * 128);
        UntrainedNetwork.write(directory.resolve("step-2"), "architecture = resnet18, pooling.kind = average");
        refused(
                score(2, "clickme", "alignment"),
                "alignment",
                Reason.OTHER_CONFIGURATION,
                "pools without attention",
                "classifier = network");

        kinds.put("people", Kind.MODEL_VS_HUMAN);
        MadeHuman.write(directory.resolve("people"));
        classifier = IMAGENET; // has none of the classes of airplane
        refused(
                score(1, "people", "error-consistency"),
                "error-consistency",
                Reason.OTHER_CONFIGURATION,
                "no class of airplane");
        refused(score(1, "people", "knn"), "knn", Reason.BAD_SETTING, "there is error-consistency");
    }

    @Test
    void whatIsMissingFailsTheTaskAndSaysWhat() throws IOException {
        classifier = "nowhere";
        refused(
                score(1, "imagenet-a", "imagenet-a"),
                "imagenet-a",
                Reason.BAD_DATA_SET,
                "data set nowhere",
                "not a directory");
        classifier = CheckpointScorer.OWN_CLASSIFIER;
        Files.writeString(
                directory.resolve("step-1/model.json"),
                "{\"format\":2,\"size\":8,\"network\":{\"architecture\":\"x\",\"backbone\":{\"kind\":\"residual\"}}}");
        assertThat(score(1, "imagenet-a", "imagenet-a").failed.get("imagenet-a"))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT));
        refused(
                score(1, "imagenet-a", "knn"),
                "knn",
                Reason.BAD_SETTING,
                "no task knn on imagenet-a; there is imagenet-a");
        refused(score(1, IMAGENET, "dance", "knn"), "dance", Reason.BAD_SETTING, "there is no task dance");
        Files.delete(directory
                .resolve(IMAGENET)
                .resolve("val")
                .resolve(MadeImageNet.classes().get(7))
                .resolve("b.png"));
        Files.delete(directory
                .resolve(IMAGENET)
                .resolve("train")
                .resolve(MadeImageNet.classes().get(7))
                .resolve("a.png"));
        Files.delete(directory
                .resolve(IMAGENET)
                .resolve("val")
                .resolve(MadeImageNet.classes().get(7)));
        Files.delete(directory
                .resolve(IMAGENET)
                .resolve("train")
                .resolve(MadeImageNet.classes().get(7)));
        classifier = IMAGENET;
        refused(
                score(1, "imagenet-a", "imagenet-a"),
                "imagenet-a",
                Reason.OTHER_CONFIGURATION,
                "does not know class " + MadeImageNet.classes().get(7),
                "expected one trained on ImageNet");
    }

    private static void refused(Listener listener, String task, Reason reason, String... parts) {
        assertThat(listener.scored).doesNotContainKey(task);
        assertThat(listener.failed.get(task))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContainingAll(parts);
    }
}
