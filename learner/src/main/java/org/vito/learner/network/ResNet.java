package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.types.family.TFloating;

/**
 * A residual network, v1 (activation after the sum), the stride of a bottleneck on its 3 × 3 convolution.
 *
 * <p>He, Zhang, Ren, Sun, "Deep residual learning for image recognition", CVPR 2016; names, padding and layout of the
 * variables are torchvision's and timm's. The two's networks differ from those of dm-haiku, in which BYOL was written, in
 * padding alone: there it is SAME, which at stride 2 is not symmetric.
 */
final class ResNet<T extends TFloating> {
    private static final int STEM_KERNEL = 7;
    private static final int STEM_STRIDE = 4;
    private static final int COLOURS = 3;

    private final BackboneSpec.Residual spec;
    private final Layers<T> layers;
    private final String prefix;
    private final int mostStride;

    /**
     * A network whose variables' names begin with {@code prefix}.
     *
     * @param mostStride pixels between two positions of any output: groups that would have more keep the resolution of those
     *     before, without dilation; 4 at least
     */
    ResNet(BackboneSpec.Residual spec, Layers<T> layers, String prefix, int mostStride) {
        this.spec = spec;
        this.mostStride = mostStride;
        this.layers = layers;
        this.prefix = prefix;
    }

    /**
     * The outputs of all block groups, {@code [batch, height / 2^(g+1), width / 2^(g+1), channels]} of the g-th, rounded up,
     * if the largest stride allows it.
     *
     * @param images {@code [batch, height, width, 3]}, normalised
     */
    List<Views<T>> groups(Views<T> images) {
        Views<T> x = layers.convolution(prefix + "conv1", images, COLOURS, spec.width(), STEM_KERNEL, 2);
        x = layers.relu(layers.batchNorm(prefix + "bn1", x, spec.width(), false));
        x = layers.maxPool(x);
        long inputs = spec.width();
        int reached = STEM_STRIDE;
        List<Views<T>> groups = new ArrayList<>();
        for (int group = 1; group <= spec.depths().size(); group++) {
            int stride = group > 1 && 2L * reached <= mostStride ? 2 : 1;
            reached *= stride;
            for (int block = 0; block < spec.depths().get(group - 1); block++) {
                String name = prefix + "layer" + group + "." + block;
                x = block(name, x, inputs, group, block == 0 ? stride : 1);
                inputs = spec.channels(group);
            }
            groups.add(x);
        }
        return groups;
    }

    private Views<T> block(String name, Views<T> x, long inputs, int group, int stride) {
        long width = spec.channels(group) / spec.block().expansion();
        long outputs = spec.channels(group);
        Views<T> skip = x;
        if (stride != 1 || inputs != outputs) {
            skip = layers.convolution(name + ".downsample.0", x, inputs, outputs, 1, stride);
            skip = layers.batchNorm(name + ".downsample.1", skip, outputs, false);
        }
        Views<T> residual =
                switch (spec.block()) {
                    case BASIC -> basic(name, x, inputs, width, stride);
                    case BOTTLENECK -> bottleneck(name, x, inputs, width, outputs, stride);
                };
        return layers.relu(layers.add(residual, skip));
    }

    private Views<T> basic(String name, Views<T> x, long inputs, long width, int stride) {
        Views<T> y = layers.convolution(name + ".conv1", x, inputs, width, 3, stride);
        y = layers.relu(layers.batchNorm(name + ".bn1", y, width, false));
        y = layers.convolution(name + ".conv2", y, width, width, 3, 1);
        return layers.batchNorm(name + ".bn2", y, width, spec.zeroGamma());
    }

    private Views<T> bottleneck(String name, Views<T> x, long inputs, long width, long outputs, int stride) {
        Views<T> y = layers.convolution(name + ".conv1", x, inputs, width, 1, 1);
        y = layers.relu(layers.batchNorm(name + ".bn1", y, width, false));
        y = layers.convolution(name + ".conv2", y, width, width, 3, stride);
        y = layers.relu(layers.batchNorm(name + ".bn2", y, width, false));
        y = layers.convolution(name + ".conv3", y, width, outputs, 1, 1);
        return layers.batchNorm(name + ".bn3", y, outputs, spec.zeroGamma());
    }
}
