package org.vito.learner.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * The activations of one layer for each view of a batch. Every view passes through the network on its own, with shared
 * weights and batch statistics of its own.
 *
 * @param each one tensor a view, all of one shape
 */
record Views<T extends TFloating>(List<Operand<T>> each) {
    Views {
        each = List.copyOf(each);
    }

    /** One layer applied to every view. */
    Views<T> map(UnaryOperator<Operand<T>> layer) {
        return new Views<>(each.stream().<Operand<T>>map(layer).toList());
    }

    /** Each view with its counterpart among {@code others}. */
    Views<T> with(Views<T> others, BinaryOperator<Operand<T>> layer) {
        List<Operand<T>> joined = new ArrayList<>();
        for (int i = 0; i < each.size(); i++) {
            joined.add(layer.apply(each.get(i), others.each.get(i)));
        }
        return new Views<>(joined);
    }
}
