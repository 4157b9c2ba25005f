package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * A Swin Transformer: Liu et al., "Swin Transformer: hierarchical vision transformer using shifted windows", ICCV 2021. Names
 * and layout of the variables are timm's, which counts the merging of patches to the group that follows it.
 *
 * <p>The last group's output is normalised, as what timm calls the features of an image is; those of the other groups are not.
 */
final class Swin<T extends TFloating> {
    private static final int PATCH = 4;
    private static final int COLOURS = 3;
    private static final int EXPANSION = 4;

    private final BackboneSpec.Swin spec;
    private final Layers<T> layers;
    private final Ops tf;
    private final String prefix;

    /** A network whose variables' names begin with {@code prefix}. */
    Swin(BackboneSpec.Swin spec, Layers<T> layers, String prefix) {
        this.spec = spec;
        this.layers = layers;
        this.prefix = prefix;
        tf = layers.tf();
    }

    /** What the blocks of one group share, and which of them it is. */
    private record Block<T extends TFloating>(
            String name,
            int channels,
            int heads,
            Windows windows,
            Operand<TInt32> biasRows,
            Operand<T> mask,
            boolean shifted) {}

    /**
     * The outputs of all groups, {@code [batch, height / 2^(g+1), width / 2^(g+1), channels]} of the g-th, rounded up.
     *
     * @param images {@code [batch, height, width, 3]}, normalised
     */
    List<Views<T>> groups(Views<T> images) {
        Views<T> x = images.map(view -> Grid.fillToMultiple(tf, view, PATCH));
        x = layers.patches(prefix + "patch_embed.proj", x, COLOURS, spec.width(), PATCH);
        x = layers.layerNorm(prefix + "patch_embed.norm", x, spec.width());
        Operand<TInt32> nominal = Grid.of(tf, x.all());
        int blocks = spec.depths().stream().mapToInt(Integer::intValue).sum();
        int before = 0;
        List<Views<T>> groups = new ArrayList<>();
        for (int group = 1; group <= spec.groups(); group++) {
            String name = prefix + "layers." + (group - 1);
            if (group > 1) {
                x = merge(name + ".downsample", x, spec.channels(group - 1));
                nominal = tf.math.floorDiv(nominal, tf.constant(2));
            }
            Windows windows = new Windows(tf, Grid.of(tf, x.all()), nominal, spec.window());
            Operand<TInt32> biasRows = windows.biasRows();
            Operand<T> mask = windows.mask(x.all().type());
            for (int i = 0; i < spec.depths().get(group - 1); i++) {
                Block<T> block = new Block<>(
                        name + ".blocks." + i,
                        spec.channels(group),
                        spec.heads().get(group - 1),
                        windows,
                        biasRows,
                        mask,
                        i % 2 == 1);
                x = block(block, x, blocks == 1 ? 0 : spec.dropPath() * before++ / (blocks - 1));
            }
            groups.add(x);
        }
        groups.set(groups.size() - 1, layers.layerNorm(prefix + "norm", x, spec.featureLength()));
        return groups;
    }

    /** Squares of 2 × 2 positions as one of twice the channels. */
    private Views<T> merge(String name, Views<T> x, int channels) {
        Views<T> squares = x.map(view -> {
            Operand<T> even = Grid.fillToMultiple(tf, view, 2);
            Operand<TInt32> halves = Grid.parts(tf, Grid.of(tf, view), 2);
            Operand<TInt32> rows = tf.slice(halves, sizes(0), sizes(1));
            Operand<TInt32> columns = tf.slice(halves, sizes(1), sizes(1));
            Operand<T> cut = tf.reshape(even, shape(List.of(sizes(-1), rows, sizes(2), columns, sizes(2, channels))));
            // In each square down first, then across.
            Operand<T> down = tf.linalg.transpose(cut, sizes(0, 1, 3, 4, 2, 5));
            return tf.reshape(down, shape(List.of(sizes(-1), halves, sizes(4 * channels))));
        });
        squares = layers.layerNorm(name + ".norm", squares, 4L * channels);
        return perPosition(
                squares,
                4 * channels,
                2 * channels,
                rows -> layers.linearWithoutBias(
                        name + ".reduction", rows, Variable.Kind.SMALL_WEIGHT, 4L * channels, 2L * channels));
    }

    private Views<T> block(Block<T> block, Views<T> x, double dropPath) {
        String name = block.name();
        int channels = block.channels();
        Views<T> attended = attention(block, layers.layerNorm(name + ".norm1", x, channels));
        Views<T> y = layers.add(x, layers.dropPath(attended, dropPath));
        Views<T> hidden = perPosition(layers.layerNorm(name + ".norm2", y, channels), channels, channels, rows -> {
            long width = (long) EXPANSION * channels;
            Views<T> first = layers.linear(name + ".mlp.fc1", rows, Variable.Kind.SMALL_WEIGHT, channels, width);
            Views<T> bent = first.map(view -> Activation.GELU.apply(tf, view));
            return layers.linear(name + ".mlp.fc2", bent, Variable.Kind.SMALL_WEIGHT, width, channels);
        });
        return layers.add(y, layers.dropPath(hidden, dropPath));
    }

    private Views<T> attention(Block<T> block, Views<T> x) {
        Windows windows = block.windows();
        int channels = block.channels();
        Views<T> rows = x.map(view -> tf.reshape(windows.cut(view, block.shifted(), channels), sizes(-1, channels)));
        Views<T> projected =
                layers.linear(block.name() + ".attn.qkv", rows, Variable.Kind.SMALL_WEIGHT, channels, 3L * channels);
        Operand<T> added = added(block);
        Views<T> mixed = projected.map(view -> mix(block, view, added));
        Views<T> out =
                layers.linear(block.name() + ".attn.proj", mixed, Variable.Kind.SMALL_WEIGHT, channels, channels);
        return out.map(view -> windows.join(view, block.shifted(), channels));
    }

    /** What a block adds to the logits of its attention, {@code [heads, area, area]} or {@code [windows, heads, area, area]}. */
    private Operand<T> added(Block<T> block) {
        long rows = (2L * spec.window() - 1) * (2L * spec.window() - 1);
        Operand<T> table = layers.parameter(
                block.name() + ".attn.relative_position_bias_table", Variable.Kind.POSITION_BIAS, rows, (long)
                        block.heads());
        Operand<T> bias = tf.linalg.transpose(tf.gather(table, block.biasRows(), tf.constant(0)), sizes(2, 0, 1));
        return block.shifted() ? tf.math.add(bias, block.mask()) : bias;
    }

    /** Attention within each window: {@code [rows, 3 · channels]} of queries, keys and values as {@code [rows, channels]}. */
    private Operand<T> mix(Block<T> block, Operand<T> projected, Operand<T> added) {
        int heads = block.heads();
        int length = block.channels() / heads;
        Operand<T> parts = tf.linalg.transpose(
                tf.reshape(
                        projected,
                        shape(List.of(
                                sizes(-1),
                                block.windows().windows(),
                                block.windows().area(),
                                sizes(3, heads, length)))),
                sizes(3, 0, 1, 4, 2, 5));
        var split = tf.unstack(parts, 3L).output();
        Operand<T> scale = Wide.cast(tf, tf.constant(1 / Math.sqrt(length)), projected.type());
        Operand<T> queries = tf.math.mul(split.get(0), scale);
        Operand<T> logits = MatrixProducts.of(tf, queries, split.get(1), true);
        Operand<T> weights = Wide.compute(tf, tf.math.add(logits, added), AttentionPool::softmax);
        Operand<T> mixed = MatrixProducts.of(tf, weights, split.get(2), false);
        return tf.reshape(tf.linalg.transpose(mixed, sizes(0, 1, 3, 2, 4)), sizes(-1, block.channels()));
    }

    /** Something done to the rows of {@code [..., inputs]}, whatever the dimensions before. */
    private Views<T> perPosition(Views<T> x, int inputs, int outputs, UnaryOperator<Views<T>> layer) {
        Operand<TInt32> places = Grid.of(tf, x.all());
        Operand<TInt32> shape = shape(List.of(sizes(-1), places, sizes(outputs)));
        return layer.apply(x.map(view -> tf.reshape(view, sizes(-1, inputs)))).map(view -> tf.reshape(view, shape));
    }

    private Operand<TInt32> shape(List<Operand<TInt32>> parts) {
        return tf.concat(parts, tf.constant(0));
    }

    private Operand<TInt32> sizes(int... known) {
        return tf.constant(known);
    }
}
