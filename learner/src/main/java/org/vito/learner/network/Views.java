package org.vito.learner.network;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * The activations of one layer for all views of a batch, one view after the other in one tensor: layers whose images know
 * nothing of each other work on all of them at once, those that take statistics of a view on {@link #each}.
 *
 * @param all {@code [views × batch, …]}
 * @param count number of views
 */
record Views<T extends TFloating>(Operand<T> all, int count) {

    /** Images that are one view. */
    static <T extends TFloating> Views<T> one(Operand<T> images) {
        return new Views<>(images, 1);
    }

    /** Views that were treated each by itself. */
    static <T extends TFloating> Views<T> of(Ops tf, List<Operand<T>> each) {
        return new Views<>(each.size() == 1 ? each.get(0) : tf.concat(each, tf.constant(0)), each.size());
    }

    /** A layer that treats every image by itself. */
    Views<T> map(UnaryOperator<Operand<T>> layer) {
        return new Views<>(layer.apply(all), count);
    }

    /** One tensor a view, {@code [batch, …]}. */
    List<Operand<T>> each(Ops tf) {
        return count == 1
                ? List.of(all)
                : List.copyOf(tf.split(tf.constant(0), all, (long) count).output());
    }
}
