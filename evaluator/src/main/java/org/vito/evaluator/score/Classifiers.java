package org.vito.evaluator.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.vito.evaluator.data.ImageNetClasses;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.task.Classifier;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.task.Workers;
import org.vito.learner.NetworkClassifier;
import org.vito.learner.TensorFile;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The linear classifiers of checkpoints: the best one of a linear probe, trained once for a checkpoint, a data set and a recipe
 * and then kept, or the one that a network brought with it.
 *
 * <p>A kept classifier is a safetensors file with timm's names, {@code fc.weight} and {@code fc.bias}, for features as they are;
 * beside them it says what it is of, the names of its classes and what was measured of it, as JSON.
 */
final class Classifiers {
    private static final String WEIGHTS = "fc.weight";
    private static final String BIAS = "fc.bias";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeptFiles kept;
    private final LinearProbeTask probe;

    Classifiers(KeptFiles kept, LinearProbeTask probe) {
        this.kept = kept;
        this.probe = probe;
    }

    /**
     * The best classifier of the linear probe on a set's training images.
     *
     * @param features of the set, asked for if the classifier has to be trained
     */
    Classifier trained(Checkpoint checkpoint, ImageSet set, Supplier<Features> features, Workers workers) {
        String key = String.join(
                "\n",
                probe.recipe(),
                checkpoint.digest(),
                set.train().identity(),
                set.test().identity(),
                set.classes().toString());
        return kept.alone(key, workers, () -> kept.find(KeptFiles.Kind.CLASSIFIER, key)
                .flatMap(file -> read(file, set.classes()))
                .orElseGet(() -> {
                    Classifier classifier = probe.train(features.get(), set.classes(), workers);
                    kept.put(KeptFiles.Kind.CLASSIFIER, key, file(classifier, checkpoint, set));
                    return classifier;
                }));
    }

    private TensorFile file(Classifier classifier, Checkpoint checkpoint, ImageSet set) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("checkpoint", checkpoint.digest());
        about.put("data-set", set.name());
        about.put("recipe", probe.recipe());
        about.put("classes", json(classifier.classes()));
        about.put("metrics", json(classifier.metrics()));
        Map<String, TensorFile.Tensor> tensors = new LinkedHashMap<>();
        tensors.put(WEIGHTS, TensorFile.Tensor.of(classifier.weights()));
        tensors.put(BIAS, new TensorFile.Tensor(List.of((long) classifier.bias().length), classifier.bias()));
        return new TensorFile(about, tensors);
    }

    private static Optional<Classifier> read(TensorFile file, List<String> classes) {
        try {
            Map<String, Double> metrics =
                    JSON.readValue(file.about().getOrDefault("metrics", ""), new TypeReference<>() {});
            return Optional.of(new Classifier(
                    classes, file.tensor(WEIGHTS).rows(), file.tensor(BIAS).values(), metrics));
        } catch (JsonProcessingException | VitoException | IllegalArgumentException e) {
            return Optional.empty(); // of another version: trained anew
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(value + " cannot be written as JSON", e);
        }
    }

    /**
     * The classifier that the checkpoint's network brought with it.
     *
     * @throws VitoException OTHER_CONFIGURATION if it has none, or one of other classes than ImageNet's
     */
    static Classifier ofNetwork(Checkpoint checkpoint) {
        NetworkClassifier own = NetworkClassifier.of(checkpoint.directory())
                .orElseThrow(() -> new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "the network in %s has no classifier; expected one that was imported with its classifier, or name"
                                        .formatted(checkpoint.directory())
                                + " labelled images that one is trained on instead: classifier = NAME"));
        List<String> classes = ImageNetClasses.names();
        if (own.bias().length != classes.size()) {
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "the classifier of the network in %s has %d classes, whose names nobody tells; expected ImageNet's %d"
                            .formatted(checkpoint.directory(), own.bias().length, classes.size()));
        }
        return new Classifier(classes, own.weights(), own.bias(), Map.of());
    }
}
