package org.vito.deploy.embed;

import java.util.List;
import org.vito.learner.Features;

/**
 * Features in PyTorch's order: maps with channels before rows and columns.
 *
 * @param shape of those of one image
 * @param values of all images, the last dimension running fastest
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ChannelsFirst(List<Integer> shape, float[] values) {
    ChannelsFirst {
        shape = List.copyOf(shape);
    }

    /** Those of a batch; of what is no map, {@code [batch, rows, columns, channels]}, the order stays. */
    static ChannelsFirst of(Features features) {
        List<Integer> shape = features.shape();
        if (shape.size() != 4) {
            return new ChannelsFirst(shape.subList(1, shape.size()), features.values());
        }
        int positions = shape.get(1) * shape.get(2);
        int channels = shape.get(3);
        float[] last = features.values();
        float[] first = new float[last.length];
        for (int image = 0; image < shape.get(0); image++) {
            int begin = image * positions * channels;
            for (int position = 0; position < positions; position++) {
                for (int channel = 0; channel < channels; channel++) {
                    first[begin + channel * positions + position] = last[begin + position * channels + channel];
                }
            }
        }
        return new ChannelsFirst(List.of(channels, shape.get(1), shape.get(2)), first);
    }
}
