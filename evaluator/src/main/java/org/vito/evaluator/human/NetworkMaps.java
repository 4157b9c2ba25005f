package org.vito.evaluator.human;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.augment.Images;
import org.vito.evaluator.data.ImageNetClasses;
import org.vito.evaluator.maps.Enlarged;
import org.vito.evaluator.task.Classifier;
import org.vito.learner.Features;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * What a network finds important in a picture: the weights of its attention, both scales enlarged to the picture and averaged, as
 * the paper has it; or, if it has no attention, the saliency of the picture's class, the largest absolute derivative of the
 * classifier's logit with respect to a place's colours, as Harmonization has it. One thread at a time.
 */
public final class NetworkMaps implements ClickMeTask.Maps, AutoCloseable {
    private final FrozenEncoder encoder;
    private final List<String> attention;
    private final @Nullable Classifier classifier;

    private NetworkMaps(FrozenEncoder encoder, List<String> attention, @Nullable Classifier classifier) {
        this.encoder = encoder;
        this.attention = attention;
        this.classifier = classifier;
    }

    /**
     * Opens a checkpoint's network.
     *
     * @param classifier asked for if the network has no attention
     * @throws VitoException OTHER_CONFIGURATION if it has no attention and there is no classifier
     */
    public static NetworkMaps open(Path checkpoint, Supplier<Optional<Classifier>> classifier) {
        FrozenEncoder encoder = FrozenEncoder.open(checkpoint);
        try {
            List<String> attention = encoder.outputs().stream()
                    .filter(output -> output.startsWith("attention"))
                    .toList();
            if (!attention.isEmpty()) {
                return new NetworkMaps(encoder, attention, null);
            }
            Classifier found = classifier
                    .get()
                    .orElseThrow(() -> new VitoException(
                            Reason.OTHER_CONFIGURATION,
                            "the network pools without attention, and the data set names no classifier whose saliency would"
                                    + " take its place; give it classifier = network, or the name of labelled images"));
            return new NetworkMaps(encoder, attention, found);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    @Override
    public float[] of(Images.Picture picture, int label) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(picture.rgb().size());
        picture.rgb().copyTo(pixels);
        pixels.flip();
        return classifier == null ? attention(pixels, picture) : saliency(pixels, picture, label, classifier);
    }

    private float[] attention(ByteBuffer pixels, Images.Picture picture) {
        float[] mean = new float[picture.width() * picture.height()];
        float[] map = new float[mean.length];
        for (Features scale : encoder.encode(pixels, 1, picture.height(), picture.width(), attention)) {
            Enlarged.channel(
                    scale.values(),
                    scale.shape().get(1),
                    scale.shape().get(2),
                    1,
                    0,
                    map,
                    picture.width(),
                    picture.height());
            for (int i = 0; i < mean.length; i++) {
                mean[i] += map[i] / attention.size();
            }
        }
        return mean;
    }

    private float[] saliency(ByteBuffer pixels, Images.Picture picture, int label, Classifier classifier) {
        String name = ImageNetClasses.names().get(label);
        int place = classifier.classes().indexOf(name);
        if (place < 0) {
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "the classifier does not know class %s; expected one of ImageNet's classes by their WordNet identifiers"
                            .formatted(name));
        }
        float[][] weights = {classifier.weights()[place]};
        return encoder.saliency(pixels, 1, picture.height(), picture.width(), weights)
                .values();
    }

    @Override
    public void close() {
        encoder.close();
    }
}
