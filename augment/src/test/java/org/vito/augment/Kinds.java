package org.vito.augment;

import java.util.List;
import java.util.Objects;

/** Every kind of {@link ViewMaker}; the tests of this module are started with the module that vectors need. */
final class Kinds {
    private Kinds() {}

    static RowKernels kernels() {
        return Objects.requireNonNull(VectorArithmetic.KERNELS, VectorArithmetic.words());
    }

    static List<ViewMaker> all(int size, JitterDefinition definition) {
        return List.of(
                new ViewTransform(size, definition, StageClock.DEAF),
                new RowViewTransform(size, definition, StageClock.DEAF, kernels()));
    }
}
