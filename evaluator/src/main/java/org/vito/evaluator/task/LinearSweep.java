package org.vito.evaluator.task;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Several {@link LinearHead}s trained side by side by TensorFlow, for problems of ImageNet's size: their weights are the columns of
 * one matrix, so that a step is two products of matrices, on a GPU if there is one. The update is the heads' own. One thread at a
 * time.
 */
final class LinearSweep implements AutoCloseable {
    private final int heads;
    private final int classes;
    private final int dimension;
    private final Graph graph;
    private final Session session;
    private final Placeholder<TFloat32> features;
    private final Placeholder<TInt32> truth;
    private final Placeholder<TFloat32> rates;
    private final Operand<TFloat32> weights; // [dimension, heads × classes]
    private final Operand<TFloat32> bias; // [heads × classes]
    private final List<Op> updates;

    /**
     * Heads whose weights are 0.
     *
     * @param momentum of Nesterov
     */
    static LinearSweep open(int heads, int classes, int dimension, double momentum) {
        Graph graph = new Graph();
        try {
            return new LinearSweep(graph, heads, classes, dimension, momentum);
        } catch (RuntimeException | OutOfMemoryError e) {
            graph.close();
            throw e;
        }
    }

    private LinearSweep(Graph graph, int heads, int classes, int dimension, double momentum) {
        this.graph = graph;
        this.heads = heads;
        this.classes = classes;
        this.dimension = dimension;
        Ops tf = Ops.create(graph);
        int columns = Math.multiplyExact(heads, classes);
        features = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, dimension)));
        truth = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        rates = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(heads, 1)));
        Shape[] shapes = {Shape.of(dimension, columns), Shape.of(columns)};
        VarHandleOp[] values = new VarHandleOp[2]; // of weights and bias
        VarHandleOp[] velocities = new VarHandleOp[2];
        Op[] zeros = new Op[4];
        for (int i = 0; i < 2; i++) {
            values[i] = tf.varHandleOp(TFloat32.class, shapes[i], VarHandleOp.sharedName("value" + i));
            velocities[i] = tf.varHandleOp(TFloat32.class, shapes[i], VarHandleOp.sharedName("velocity" + i));
            Operand<TFloat32> zero = tf.zeros(tf.constant(shapes[i].asArray()), TFloat32.class);
            zeros[i] = tf.assignVariableOp(values[i], zero);
            zeros[2 + i] = tf.assignVariableOp(velocities[i], zero);
        }
        weights = tf.readVariableOp(values[0], TFloat32.class);
        bias = tf.readVariableOp(values[1], TFloat32.class);
        Operand<TFloat32> logits = tf.math.add(tf.linalg.matMul(features, weights), bias);
        Operand<TFloat32> shares = tf.reshape(
                tf.nn.softmax(tf.reshape(logits, tf.constant(new int[] {-1, classes}))),
                tf.constant(new int[] {-1, heads, classes}));
        Operand<TFloat32> right =
                tf.expandDims(tf.oneHot(truth, tf.constant(classes), tf.constant(1f), tf.constant(0f)), tf.constant(1));
        Operand<TFloat32> count = tf.dtypes.cast(tf.size(truth), TFloat32.class);
        Operand<TFloat32> delta =
                tf.reshape(tf.math.div(tf.math.sub(shares, right), count), tf.constant(new int[] {-1, columns}));
        Operand<TFloat32> rate = tf.reshape(
                tf.math.mul(rates, tf.ones(tf.constant(new int[] {1, classes}), TFloat32.class)),
                tf.constant(new int[] {columns}));
        List<Operand<TFloat32>> gradients =
                List.of(tf.linalg.matMul(features, delta, MatMul.transposeA(true)), tf.sum(delta, tf.constant(0)));
        Operand<TFloat32> factor = tf.constant((float) momentum);
        Op[] all = new Op[4];
        for (int i = 0; i < 2; i++) {
            Operand<TFloat32> gradient = gradients.get(i);
            Operand<TFloat32> velocity =
                    tf.math.add(tf.math.mul(factor, tf.readVariableOp(velocities[i], TFloat32.class)), gradient);
            Operand<TFloat32> step = tf.math.mul(rate, tf.math.add(gradient, tf.math.mul(factor, velocity)));
            all[i] = tf.assignVariableOp(values[i], tf.math.sub(i == 0 ? weights : bias, step));
            all[2 + i] = tf.assignVariableOp(velocities[i], velocity);
        }
        updates = List.of(all);
        session = new Session(graph);
        try {
            Session.Runner runner = session.runner();
            for (Op zero : zeros) {
                runner.addTarget(zero);
            }
            runner.run().close();
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Moves all heads by the gradient of a batch's mean cross-entropy.
     *
     * @param rows features, of which the first {@code count} are used
     * @param labels of them
     * @param learningRates one a head
     */
    void step(float[][] rows, int[] labels, int count, double[] learningRates) {
        FloatBuffer batch = direct(count * dimension);
        for (int b = 0; b < count; b++) {
            batch.put(rows[b]);
        }
        float[] scaled = new float[heads];
        for (int h = 0; h < heads; h++) {
            scaled[h] = (float) learningRates[h];
        }
        try (TFloat32 x = TFloat32.tensorOf(Shape.of(count, dimension), DataBuffers.of(batch.flip()));
                TInt32 y = TInt32.tensorOf(Shape.of(count), DataBuffers.of(Arrays.copyOf(labels, count)));
                TFloat32 r = TFloat32.tensorOf(Shape.of(heads, 1), DataBuffers.of(scaled))) {
            Session.Runner runner =
                    session.runner().feed(features, x).feed(truth, y).feed(rates, r);
            updates.forEach(runner::addTarget);
            runner.run().close();
        }
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Writes the weights that it has now into heads. */
    void copyTo(LinearHead[] to) {
        int columns = heads * classes;
        float[] w = new float[Math.multiplyExact(dimension, columns)];
        float[] b = new float[columns];
        try (Result result = session.runner().fetch(weights).fetch(bias).run()) {
            ((TFloat32) result.get(0)).copyTo(DataBuffers.of(w, false, false));
            ((TFloat32) result.get(1)).copyTo(DataBuffers.of(b, false, false));
        }
        for (int h = 0; h < heads; h++) {
            for (int c = 0; c < classes; c++) {
                to[h].bias()[c] = b[h * classes + c];
                for (int d = 0; d < dimension; d++) {
                    to[h].weights()[c][d] = w[d * columns + h * classes + c];
                }
            }
        }
    }

    /** Frees everything; the graph last, since it waits for its sessions. */
    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
