package org.vito.learner.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/** A resource variable of a graph, together with its name and layout in files. */
public final class Variable {
    /** What a variable is, and so how it begins. */
    enum Kind {
        /** A matrix or a filter: truncated normal of deviation 1/sqrt(fan in). */
        WEIGHT,
        /** A matrix of a transformer: normal of deviation 0.02. */
        SMALL_WEIGHT,
        /** A transformer's table of what is added to attention by relative position: normal of deviation 0.02. */
        POSITION_BIAS,
        /** A parameter that begins at 0. */
        ZEROS,
        /** A parameter that begins at 1. */
        ONES,
        /** A moving mean, no parameter; begins at 0. */
        MOVING_MEAN,
        /** A moving variance, no parameter; begins at 1. */
        MOVING_VARIANCE;

        boolean isParameter() {
            return this != MOVING_MEAN && this != MOVING_VARIANCE;
        }
    }

    private final String name;
    private final Kind kind;
    private final List<Long> fileShape;
    private final VarHandleOp handle;
    private final Operand<TFloat32> value;
    private final Placeholder<TFloat32> written;
    private final AssignVariableOp assignment;

    /** Declares a variable of four-dimensional layout OIHW in files and HWIO in the graph, any other the same in both. */
    Variable(Ops tf, String name, Kind kind, List<Long> fileShape) {
        this.name = name;
        this.kind = kind;
        this.fileShape = List.copyOf(fileShape);
        Shape shape = Shape.of((isFilter() ? FilterLayout.graphShape(fileShape) : fileShape)
                .stream().mapToLong(Long::longValue).toArray());
        Ops scope = tf.withSubScope(name.replace('.', '_'));
        handle = scope.varHandleOp(
                TFloat32.class, shape, VarHandleOp.sharedName(scope.scope().makeOpName("variable")));
        value = scope.readVariableOp(handle, TFloat32.class);
        written = scope.placeholder(TFloat32.class, Placeholder.shape(shape));
        assignment = scope.assignVariableOp(handle, written);
    }

    /** Name in files. */
    public String name() {
        return name;
    }

    /** Shape in files. */
    public List<Long> fileShape() {
        return fileShape;
    }

    /** Whether gradients reach it; a moving statistic is none. */
    public boolean isParameter() {
        return kind.isParameter();
    }

    /** Whether it is a bias (one of positions, too) or belongs to a normalisation, which optimisers treat on their own. */
    public boolean isVector() {
        return fileShape.size() == 1 || kind == Kind.POSITION_BIAS;
    }

    /** The resource itself, for operations that update it. */
    public VarHandleOp handle() {
        return handle;
    }

    /** Its value before any update of a step. */
    public Operand<TFloat32> value() {
        return value;
    }

    Kind kind() {
        return kind;
    }

    /** Adds to a run that its value be set to {@code values}, laid out as in files; the tensor is open until the run is done. */
    public TFloat32 feed(Session.Runner run, float[] values) {
        float[] inGraph = isFilter() ? FilterLayout.toGraph(values, fileShape) : values;
        TFloat32 tensor = TFloat32.tensorOf(written.shape(), DataBuffers.of(inGraph, true, false));
        run.feed(written, tensor).addTarget(assignment);
        return tensor;
    }

    /**
     * Adds to a run that its value be set to random first values; the tensor, into whose memory they are drawn, is open until
     * the run is done.
     */
    TFloat32 feedRandom(Session.Runner run, long seed) {
        TFloat32 tensor = TFloat32.tensorOf(written.shape(), empty -> {
            FloatDataBuffer memory = empty.asRawTensor().data().asFloats();
            Initialisation.draw(
                    this,
                    seed,
                    isFilter()
                            ? (i, drawn) -> memory.setFloat(drawn, FilterLayout.graphIndex(i, fileShape))
                            : (i, drawn) -> memory.setFloat(drawn, i));
        });
        run.feed(written, tensor).addTarget(assignment);
        return tensor;
    }

    /** Number of its elements. */
    long size() {
        return written.shape().size();
    }

    /** The node that makes all its elements {@code value}. */
    Op fill(Ops tf, float value) {
        return tf.assignVariableOp(handle, tf.fill(tf.constant(written.shape().asArray()), tf.constant(value)));
    }

    /** The elements of a tensor of this variable's shape in the graph (a gradient, say), laid out as in files. */
    public float[] inFileLayout(TFloat32 tensor) {
        float[] inGraph = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(inGraph, false, false));
        return isFilter() ? FilterLayout.toFile(inGraph, fileShape) : inGraph;
    }

    private boolean isFilter() {
        return fileShape.size() == 4;
    }
}
