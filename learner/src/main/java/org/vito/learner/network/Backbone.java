package org.vito.learner.network;

import java.util.List;
import org.tensorflow.types.family.TFloating;

/** Builds backbones of any kind. */
final class Backbone {
    private Backbone() {}

    /**
     * The outputs of all groups, {@code [batch, rows, columns, channels]}, whose rows and columns are a 4th of the images' in
     * the first and half of those before in each other.
     *
     * @param prefix what the names of its variables begin with
     * @param images {@code [batch, height, width, 3]}, normalised
     */
    static <T extends TFloating> List<Views<T>> groups(
            BackboneSpec spec, Layers<T> layers, String prefix, Views<T> images) {
        return groups(spec, layers, prefix, images, Integer.MAX_VALUE);
    }

    /**
     * The same with finer outputs.
     *
     * @param mostStride pixels between two positions of any output; only of residual networks
     */
    static <T extends TFloating> List<Views<T>> groups(
            BackboneSpec spec, Layers<T> layers, String prefix, Views<T> images, int mostStride) {
        if (spec instanceof BackboneSpec.Residual residual) {
            return new ResNet<>(residual, layers, prefix, mostStride).groups(images);
        }
        return new Swin<>((BackboneSpec.Swin) spec, layers, prefix).groups(images);
    }

    /** The name that timm gives the classifier of such a backbone. */
    static String classifier(BackboneSpec spec, String prefix) {
        return prefix + (spec instanceof BackboneSpec.Swin ? "head.fc" : "fc");
    }
}
