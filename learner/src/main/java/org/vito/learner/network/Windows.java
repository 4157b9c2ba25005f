package org.vito.learner.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * How a feature map is cut into windows, each with attention of its own, and how the windows of every second block lie half a
 * window further, so that what lay in different windows meets (Liu et al. 2021, section 3.2). All sizes are tensors, since
 * images may be of any size.
 *
 * <p>As timm has it: a map no larger than a window is one window, unshifted; the map is rolled (what leaves it at the top
 * comes in again at the bottom) and then filled up with zeros to a multiple of the window; in the last windows, positions that
 * the roll made neighbours are masked from each other, counted in the filled-up map.
 */
final class Windows {
    /** Added to the logits of positions that are masked from each other. */
    private static final float MASKED = -100;

    private final Ops tf;
    private final int window;
    private final Operand<TInt32> size;
    private final Operand<TInt32> side;
    private final Operand<TInt32> shift;
    private final Operand<TInt32> count;
    private final Operand<TInt32> filled;
    private final Operand<TInt32> area;
    private final Operand<TInt32> windows;

    /**
     * Windows of a map.
     *
     * @param size {@code [2]}, rows and columns of the map
     * @param nominal {@code [2]}, the same as if every halving had been rounded down, by which timm decides on the windows
     * @param window largest side of a window
     */
    Windows(Ops tf, Operand<TInt32> size, Operand<TInt32> nominal, int window) {
        this.tf = tf;
        this.window = window;
        this.size = size;
        Operand<TInt32> largest = tf.constant(window);
        Operand<TInt32> one = tf.constant(1);
        side = tf.math.maximum(tf.math.minimum(nominal, largest), one);
        Operand<TInt32> larger = tf.dtypes.cast(tf.math.greater(nominal, largest), TInt32.class);
        shift = tf.math.mul(larger, tf.constant(window / 2));
        count = tf.math.floorDiv(tf.math.sub(tf.math.add(size, side), one), side);
        filled = tf.math.mul(count, side);
        area = product(side);
        windows = product(count);
    }

    private Operand<TInt32> product(Operand<TInt32> two) {
        return tf.reshape(tf.prod(two, tf.constant(0)), tf.constant(new int[] {1}));
    }

    /** Positions of a window, {@code [1]}. */
    Operand<TInt32> area() {
        return area;
    }

    /** Number of windows, {@code [1]}. */
    Operand<TInt32> windows() {
        return windows;
    }

    /** {@code [batch, rows, columns, channels]} as {@code [batch, windows, area, channels]}. */
    <T extends TFloating> Operand<T> cut(Operand<T> x, boolean shifted, int channels) {
        Operand<T> moved = shifted ? tf.roll(x, tf.math.neg(shift), tf.constant(new int[] {1, 2})) : x;
        Operand<T> whole = Grid.fill(tf, moved, tf.math.sub(filled, size));
        return tf.reshape(
                byWindow(tf.reshape(whole, shape(-1, rowsInColumns(), channels))), shape(-1, windows, area, channels));
    }

    /** What {@link #cut} made of a map, as a map again. */
    <T extends TFloating> Operand<T> join(Operand<T> x, boolean shifted, int channels) {
        Operand<T> whole = tf.reshape(
                byWindow(tf.reshape(x, shape(-1, tf.concat(List.of(count, side), tf.constant(0)), channels))),
                shape(-1, filled, channels));
        Operand<T> map = tf.slice(whole, tf.constant(new int[] {0, 0, 0, 0}), shape(-1, size, -1));
        return shifted ? tf.roll(map, shift, tf.constant(new int[] {1, 2})) : map;
    }

    /** Swaps the windows' columns with the rows in a window, or back, in {@code [batch, ·, ·, ·, ·, channels]}. */
    private <T extends TType> Operand<T> byWindow(Operand<T> x) {
        return tf.linalg.transpose(x, tf.constant(new int[] {0, 1, 3, 2, 4, 5}));
    }

    /** Windows down, rows in one, windows across, columns in one. */
    private Operand<TInt32> rowsInColumns() {
        return tf.reshape(tf.stack(List.of(count, side), Stack.axis(1L)), tf.constant(new int[] {4}));
    }

    private Operand<TInt32> shape(int first, Operand<TInt32> middle, int last) {
        return tf.concat(
                List.of(tf.constant(new int[] {first}), middle, tf.constant(new int[] {last})), tf.constant(0));
    }

    private Operand<TInt32> shape(int first, Operand<TInt32> second, Operand<TInt32> third, int last) {
        return shape(first, tf.concat(List.of(second, third), tf.constant(0)), last);
    }

    /**
     * Where a table of {@code (2 · window − 1)²} rows has the bias between two positions of a window: {@code [area, area]} by
     * query and key.
     */
    Operand<TInt32> biasRows() {
        Operand<TInt32> columns = element(side, 1);
        Operand<TInt32> positions = tf.range(tf.constant(0), element(area, 0), tf.constant(1));
        Operand<TInt32> down = differences(tf.math.floorDiv(positions, columns));
        Operand<TInt32> across = differences(tf.math.floorMod(positions, columns));
        Operand<TInt32> furthest = tf.constant(window - 1);
        return tf.math.add(
                tf.math.mul(tf.math.add(down, furthest), tf.constant(2 * window - 1)), tf.math.add(across, furthest));
    }

    private Operand<TInt32> differences(Operand<TInt32> x) {
        return tf.math.sub(tf.expandDims(x, tf.constant(1)), tf.expandDims(x, tf.constant(0)));
    }

    /** What is added to the logits in shifted windows, {@code [windows, 1, area, area]} by query and key. */
    <T extends TFloating> Operand<T> mask(Class<T> type) {
        Operand<TInt32> rows = tf.expandDims(regions(0), tf.constant(1));
        Operand<TInt32> columns = tf.expandDims(regions(1), tf.constant(0));
        // As floating-point numbers, which are moved faster.
        Operand<TFloat32> map = tf.dtypes.cast(tf.math.add(tf.math.mul(rows, tf.constant(3)), columns), TFloat32.class);
        Operand<TFloat32> inWindows = tf.reshape(
                byWindow(tf.reshape(map, shape(1, rowsInColumns(), 1))),
                tf.concat(List.of(windows, area), tf.constant(0)));
        Operand<TBool> apart =
                tf.math.notEqual(tf.expandDims(inWindows, tf.constant(2)), tf.expandDims(inWindows, tf.constant(1)));
        Operand<TFloat32> added = tf.math.mul(tf.dtypes.cast(apart, TFloat32.class), tf.constant(MASKED));
        return Wide.cast(tf, tf.expandDims(added, tf.constant(1)), type);
    }

    /** For each row (axis 0) or column (1) of the filled-up map 0, 1 in the last window and 2 in that part which was rolled. */
    private Operand<TInt32> regions(int axis) {
        Operand<TInt32> length = element(filled, axis);
        Operand<TInt32> positions = tf.range(tf.constant(0), length, tf.constant(1));
        return tf.math.add(
                from(positions, tf.math.sub(length, element(side, axis))),
                from(positions, tf.math.sub(length, element(shift, axis))));
    }

    private Operand<TInt32> from(Operand<TInt32> positions, Operand<TInt32> first) {
        return tf.dtypes.cast(tf.math.greaterEqual(positions, first), TInt32.class);
    }

    private Operand<TInt32> element(Operand<TInt32> vector, int index) {
        return tf.gather(vector, tf.constant(index), tf.constant(0));
    }
}
