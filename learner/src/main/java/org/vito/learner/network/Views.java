package org.vito.learner.network;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The activations of one layer for each view of a batch. Every view passes through the network on its own, with shared
 * weights and batch statistics of its own.
 *
 * @param each one tensor a view, all of one shape
 */
public record Views(List<Operand<TFloat32>> each) {
    public Views {
        each = List.copyOf(each);
    }

    /** One layer applied to every view. */
    Views map(UnaryOperator<Operand<TFloat32>> layer) {
        return new Views(each.stream().<Operand<TFloat32>>map(layer).toList());
    }

    /** Something made of every view. */
    <R> List<R> toList(Function<Operand<TFloat32>, R> layer) {
        return each.stream().<R>map(layer).toList();
    }
}
