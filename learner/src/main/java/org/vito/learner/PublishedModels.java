package org.vito.learner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.network.FrozenNetwork;
import org.vito.learner.network.PublishedWeights;
import org.vito.learner.network.Variable;
import org.vito.learner.run.Announcements;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;

/** Weights that come from, and go to, the users of PyTorch: safetensors files with timm's names and layouts. */
public final class PublishedModels {
    /**
     * A network that was taken in.
     *
     * @param architecture e.g. {@code resnet50}
     * @param classes of its classifier; 0 = it has none
     */
    public record Imported(String architecture, int classes) {}

    private PublishedModels() {}

    /**
     * Makes a directory of a file that timm or torchvision published, as {@link FrozenEncoder#open} takes it: {@code model.json}
     * and {@code online.safetensors}, whose values are the file's, bit for bit.
     *
     * @param file see {@link PublishedWeights} for what may be in it
     * @param architecture what it should be, e.g. {@code resnet50}; told from the tensors if not given
     * @param imageSize side in pixels of the square images that it is for
     * @param directory is made if it is not there
     * @throws VitoException DAMAGED_CHECKPOINT if the file cannot be read; OTHER_CONFIGURATION if it lacks a tensor, or has one
     *     too many or of another shape; BAD_SETTING if there is no such architecture, or the directory
     *     holds a network already; STORAGE if the directory cannot be written
     */
    public static Imported importFile(Path file, Optional<String> architecture, int imageSize, Path directory) {
        if (Files.exists(directory.resolve(ModelFile.NAME))) {
            throw new VitoException(Reason.BAD_SETTING, directory + " holds a network already");
        }
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            PublishedWeights weights = architecture
                    .map(name -> PublishedWeights.of(tensors, name))
                    .orElseGet(() -> PublishedWeights.of(tensors));
            Map<String, List<Long>> shapes = checked(weights, file);
            create(directory);
            SafetensorsWriter.write(directory.resolve(TrainingModel.ONLINE_FILE), shapes, weights::read);
            ModelFile.of(weights.network(), imageSize).write(directory);
            return new Imported(
                    weights.network().architecture(), weights.network().classes());
        }
    }

    /**
     * Makes a checkpoint of a directory that {@link #importFile} made, and the announcement by which evaluators score it as any
     * other: of a run of its own, which never was.
     *
     * @param run that its scores are of, e.g. {@code supervised}
     * @param step that its scores are of
     * @throws VitoException NOT_FOUND if there is no network in the directory; BAD_SETTING if it is a checkpoint of another run
     *     or step; STORAGE if the manifest cannot be written
     */
    public static CheckpointAnnouncement announcement(Path directory, String run, long step, Instant now) {
        if (!Files.isRegularFile(directory.resolve(ModelFile.NAME))
                || !Files.isRegularFile(directory.resolve(TrainingModel.ONLINE_FILE))) {
            throw new VitoException(
                    Reason.NOT_FOUND,
                    "%s holds no network: expected %s and %s, as vito import makes them"
                            .formatted(directory, ModelFile.NAME, TrainingModel.ONLINE_FILE));
        }
        String architecture = ModelFile.read(directory).network().architecture();
        Checkpoints.Verified sealed = Checkpoints.seal(directory, run, step, architecture, now);
        return Announcements.of(sealed, 0, now.toEpochMilli());
    }

    private static Map<String, List<Long>> checked(PublishedWeights weights, Path file) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            FrozenNetwork network = new FrozenNetwork(
                    tf, weights.network(), tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1, -1, 3))));
            network.variables().check(weights, file, false);
            for (Variable variable : network.variables().all()) {
                shapes.put(variable.name(), variable.fileShape());
            }
        }
        return shapes;
    }

    private static void create(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot make " + directory + ": " + e, e);
        }
    }
}
