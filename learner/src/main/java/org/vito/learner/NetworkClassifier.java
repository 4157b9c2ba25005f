package org.vito.learner;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vito.learner.model.ModelFile;
import org.vito.learner.model.TrainingModel;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** The linear classifier that a network brought with it, on its average-pooled features. */
public final class NetworkClassifier {
    private final float[][] weights;
    private final float[] bias;

    private NetworkClassifier(float[][] weights, float[] bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * That of a directory that {@link FrozenEncoder#open} takes; nothing if its network has none, as those trained here.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if the files cannot be read or its tensors have another shape than the network says
     */
    public static Optional<NetworkClassifier> of(Path checkpoint) {
        ModelFile model = ModelFile.read(checkpoint);
        return model.network()
                .classifier()
                .map(name -> read(checkpoint.resolve(TrainingModel.ONLINE_FILE), name, model));
    }

    private static NetworkClassifier read(Path file, String name, ModelFile model) {
        long classes = model.network().classes();
        long dimension = model.network().backbone().featureLength();
        try (SafetensorsFile online = SafetensorsFile.open(file)) {
            List<Long> shape = online.shape(name + ".weight");
            if (!shape.equals(List.of(classes, dimension))
                    || !online.shape(name + ".bias").equals(List.of(classes))) {
                throw new VitoException(
                        Reason.DAMAGED_CHECKPOINT,
                        "%s has %s.weight of shape %s; expected %d classes of %d features"
                                .formatted(file, name, shape, classes, dimension));
            }
            return new NetworkClassifier(
                    new TensorFile.Tensor(shape, online.read(name + ".weight")).rows(), online.read(name + ".bias"));
        }
    }

    /** {@code [classes][features]}: the array itself, no copy. */
    public float[][] weights() {
        return weights;
    }

    /** {@code [classes]}: the array itself, no copy. */
    public float[] bias() {
        return bias;
    }
}
