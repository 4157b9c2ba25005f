package org.vito.evaluator.video;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Carries what is known of a video's first frame to the later ones, by the likeness of features: each place takes the mean of
 * what the most similar places of earlier frames are, as VFS does it (Xu and Wang, "Rethinking self-supervised correspondence
 * learning", arXiv 2103.17263, section 4.1 and published code). One thread at a time; one video.
 *
 * <p>Frames are compared with the first one and the {@link Rule#frames} before them; in the beginning the first one counts
 * twice, as it does there. All places of a band of rows are compared at once with all of the rows around it, band after band.
 */
final class MaskPropagation implements AutoCloseable {
    /**
     * How it is done.
     *
     * @param frames before a frame that it is compared with, besides the first
     * @param radius distance in places, below which places are compared
     * @param neighbours how many of the most similar places count
     * @param temperature a neighbour of cosine similarity s counts exp(s / temperature)
     */
    record Rule(int frames, int radius, int neighbours, double temperature) {}

    /** Numbers of likenesses that are in memory at a time. */
    private static final long MOST_LIKENESSES = 1L << 25;

    private static final double LEAST_NORM = 1e-12;

    private final Rule rule;
    private final int rows;
    private final int columns;
    private final int channels;
    private final int classes;
    private final Graph graph;
    private final Placeholder<TFloat32> query;
    private final Placeholder<TFloat32> keys;
    private final Placeholder<TFloat32> values;
    private final Placeholder<TInt32> known;
    private final Operand<TFloat32> carried;
    private final Session session;
    private final TFloat32 features;
    private final TFloat32 maps;
    private int taken;

    /**
     * For one video.
     *
     * @param rows of its feature maps
     * @param columns of its feature maps
     * @param channels of its feature maps
     * @param classes things that a place can be of
     */
    static MaskPropagation open(Rule rule, int rows, int columns, int channels, int classes) {
        Graph graph = new Graph();
        try {
            return new MaskPropagation(graph, rule, rows, columns, channels, classes);
        } catch (RuntimeException | OutOfMemoryError e) {
            graph.close();
            throw e;
        }
    }

    private MaskPropagation(Graph graph, Rule rule, int rows, int columns, int channels, int classes) {
        this.graph = graph;
        this.rule = rule;
        this.rows = rows;
        this.columns = columns;
        this.channels = channels;
        this.classes = classes;
        Ops tf = Ops.create(graph);
        query = placeholder(tf, rows, columns, channels);
        keys = placeholder(tf, 1 + rule.frames(), rows, columns, channels);
        values = placeholder(tf, 1 + rule.frames(), rows, columns, classes);
        known = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        carried = bands(tf);
        features = TFloat32.tensorOf(Shape.of(1 + rule.frames(), rows, columns, channels));
        try {
            maps = TFloat32.tensorOf(Shape.of(1 + rule.frames(), rows, columns, classes));
        } catch (RuntimeException | OutOfMemoryError e) {
            features.close();
            throw e;
        }
        session = new Session(graph);
    }

    private static Placeholder<TFloat32> placeholder(Ops tf, long... shape) {
        return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
    }

    /** Rows at a time, so that likenesses fit into memory. */
    private int bandRows() {
        long perRow = (long) columns * columns * (1 + rule.frames()) * Math.min(rows, 2L * rule.radius() + 8);
        return (int) Math.max(1, Math.min(8, MOST_LIKENESSES / perRow));
    }

    private Operand<TFloat32> bands(Ops all) {
        List<Operand<TFloat32>> bands = new ArrayList<>();
        int step = bandRows();
        Ops tf = all;
        for (int from = 0; from < rows; from += step) {
            Sum<TFloat32> band = band(tf, from, Math.min(rows, from + step));
            bands.add(band);
            tf = all.withControlDependencies(List.of(band));
        }
        return bands.size() == 1 ? bands.get(0) : all.concat(bands, all.constant(0));
    }

    /** What the places of rows {@code from} to {@code to} are, {@code [places, classes]}. */
    private Sum<TFloat32> band(Ops tf, int from, int to) {
        int top = Math.max(0, from - rule.radius() + 1);
        int bottom = Math.min(rows, to + rule.radius() - 1);
        int places = (to - from) * columns;
        int around = (bottom - top) * columns;
        Operand<TFloat32> asking = tf.reshape(
                tf.slice(query, tf.constant(new int[] {from, 0, 0}), tf.constant(new int[] {to - from, -1, -1})),
                tf.constant(new int[] {places, channels}));
        Operand<TFloat32> likeness = tf.math.div(
                tf.linalg.matMul(asking, cut(tf, keys, top, bottom, channels), MatMul.transposeB(true)),
                tf.constant((float) rule.temperature()));
        Operand<TFloat32> perFrame =
                tf.reshape(likeness, tf.stack(List.of(tf.constant(places), known, tf.constant(around))));
        Operand<TFloat32> masked =
                tf.math.add(perFrame, tf.expandDims(mask(tf, from, to, top, bottom), tf.constant(1)));
        TopK<TFloat32, TInt32> best = tf.nn.topK(
                tf.reshape(masked, tf.constant(new int[] {places, -1})),
                tf.constant(Math.min(rule.neighbours(), 2 * around)),
                TInt32.class);
        Operand<TFloat32> weights = tf.expandDims(tf.nn.softmax(best.values()), tf.constant(2));
        Operand<TFloat32> theirs = tf.gather(cut(tf, values, top, bottom, classes), best.indices(), tf.constant(0));
        return tf.sum(tf.math.mul(weights, theirs), tf.constant(1));
    }

    /** Rows {@code top} to {@code bottom} of all known frames, {@code [frames × places, depth]}. */
    private Operand<TFloat32> cut(Ops tf, Operand<TFloat32> frames, int top, int bottom, int depth) {
        Operand<TInt32> sizes =
                tf.stack(List.of(known, tf.constant(bottom - top), tf.constant(columns), tf.constant(depth)));
        return tf.reshape(
                tf.slice(frames, tf.constant(new int[] {0, top, 0, 0}), sizes), tf.constant(new int[] {-1, depth}));
    }

    /** 0 where places are near each other, else −∞: {@code [places asking, places around]}. */
    private Operand<TFloat32> mask(Ops tf, int from, int to, int top, int bottom) {
        Operand<TFloat32> rowsApart = tf.math.squaredDifference(
                tf.expandDims(rowsOf(tf, from, to), tf.constant(1)),
                tf.expandDims(rowsOf(tf, top, bottom), tf.constant(0)));
        Operand<TFloat32> columnsApart = tf.math.squaredDifference(
                tf.expandDims(columnsOf(tf, to - from), tf.constant(1)),
                tf.expandDims(columnsOf(tf, bottom - top), tf.constant(0)));
        return tf.select(
                tf.math.less(tf.math.add(rowsApart, columnsApart), tf.constant((float) rule.radius() * rule.radius())),
                tf.constant(0f),
                tf.constant(Float.NEGATIVE_INFINITY));
    }

    private Operand<TFloat32> rowsOf(Ops tf, int from, int to) {
        float[] rowsOf = new float[(to - from) * columns];
        for (int i = 0; i < rowsOf.length; i++) {
            rowsOf[i] = from + i / columns;
        }
        return tf.constant(rowsOf);
    }

    private Operand<TFloat32> columnsOf(Ops tf, int count) {
        float[] columnsOf = new float[count * columns];
        for (int i = 0; i < columnsOf.length; i++) {
            columnsOf[i] = i % columns;
        }
        return tf.constant(columnsOf);
    }

    /**
     * The first frame.
     *
     * @param map of its features, {@code [rows × columns × channels]}; normalised in place
     * @param classes what its places are, {@code [rows × columns × classes]}
     */
    void begin(float[] map, float[] classes) {
        normalise(map);
        write(features, 0, map);
        write(maps, 0, classes);
        remember(map, classes);
    }

    /**
     * What the places of the next frame are, {@code [rows × columns × classes]}.
     *
     * @param map of its features, {@code [rows × columns × channels]}; normalised in place
     */
    float[] next(float[] map) {
        normalise(map);
        try (TFloat32 asking = TFloat32.tensorOf(Shape.of(rows, columns, channels), DataBuffers.of(map));
                TInt32 frames = TInt32.scalarOf(1 + Math.min(taken, rule.frames()));
                Result result = session.runner()
                        .feed(query, asking)
                        .feed(keys, features)
                        .feed(values, maps)
                        .feed(known, frames)
                        .fetch(carried)
                        .run()) {
            float[] found = new float[rows * columns * classes];
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found, false, false));
            remember(map, found);
            return found;
        }
    }

    private void remember(float[] map, float[] classes) {
        int slot = 1 + taken % rule.frames();
        write(features, slot, map);
        write(maps, slot, classes);
        taken++;
    }

    private static void write(TFloat32 frames, int slot, float[] frame) {
        FloatDataBuffer data = frames.asRawTensor().data().asFloats();
        data.offset((long) slot * frame.length).write(frame);
    }

    private void normalise(float[] map) {
        for (int at = 0; at < map.length; at += channels) {
            double squares = 0;
            for (int c = 0; c < channels; c++) {
                squares += (double) map[at + c] * map[at + c];
            }
            float scale = (float) (1 / Math.max(Math.sqrt(squares), LEAST_NORM));
            for (int c = 0; c < channels; c++) {
                map[at + c] *= scale;
            }
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
        features.close();
        maps.close();
    }
}
