package org.vito.evaluator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.augment.Images;
import org.vito.evaluator.maps.Enlarged;
import org.vito.learner.Features;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Where a network's attention pooling looks in a picture: the weights of each scale's positions at the picture's size, and their
 * mean over the scales, which the paper compares with people's (arXiv 2210.06433, figures 3 and B.1). One thread at a time.
 */
public final class AttentionMaps {
    /** Name of the mean over the scales. */
    public static final String MEAN = "mean";

    private static final String PREFIX = "attention";

    private final FrozenEncoder encoder;
    private final List<String> outputs;

    /**
     * Maps of a network.
     *
     * @param encoder stays the caller's to close
     * @throws VitoException OTHER_CONFIGURATION if the network pools without attention
     */
    public AttentionMaps(FrozenEncoder encoder) {
        this.encoder = encoder;
        outputs = encoder.outputs().stream()
                .filter(output -> output.startsWith(PREFIX))
                .toList();
        if (outputs.isEmpty()) {
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "the network has no attention: expected one that was trained here with vito.learner.model.pooling.kind"
                            + " = attention");
        }
    }

    /** Names of what {@link #of} gives: one for each scale, e.g. {@code attention4}, and {@link #MEAN} if there are several. */
    public List<String> names() {
        List<String> names = new ArrayList<>(outputs);
        if (outputs.size() > 1) {
            names.add(MEAN);
        }
        return names;
    }

    /**
     * The maps of a picture, {@code [height × width]} each by its name, in the order of {@link #names}. A scale's weights are
     * times its number of positions, so that 1 is what an average over positions would give each of them.
     */
    public Map<String, float[]> of(Images.Picture picture) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(picture.rgb().size());
        picture.rgb().copyTo(pixels);
        List<Features> scales = encoder.encode(pixels.flip(), 1, picture.height(), picture.width(), outputs);
        Map<String, float[]> maps = new LinkedHashMap<>();
        float[] mean = new float[picture.width() * picture.height()];
        for (int i = 0; i < scales.size(); i++) {
            int rows = scales.get(i).shape().get(1);
            int columns = scales.get(i).shape().get(2);
            float[] map = new float[mean.length];
            Enlarged.channel(scales.get(i).values(), rows, columns, 1, 0, map, picture.width(), picture.height());
            for (int at = 0; at < map.length; at++) {
                map[at] *= rows * columns;
                mean[at] += map[at] / scales.size();
            }
            maps.put(outputs.get(i), map);
        }
        if (scales.size() > 1) {
            maps.put(MEAN, mean);
        }
        return maps;
    }
}
