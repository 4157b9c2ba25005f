package org.vito.learner.weights;

import java.util.List;

/** Arithmetic on the shapes of tensors. */
final class Shapes {
    private Shapes() {}

    /**
     * Number of elements, 1 for a scalar.
     *
     * @throws ArithmeticException if it does not fit into 64 bits or a dimension is negative
     */
    static long elements(List<Long> shape) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new ArithmeticException("negative dimension " + dimension);
            }
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }
}
