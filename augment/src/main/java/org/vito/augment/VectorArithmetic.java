package org.vito.augment;

import org.jspecify.annotations.Nullable;

/**
 * Whether views are made by vector instructions that are asked for: if the process has been started with the module {@code
 * jdk.incubator.vector}, and the processor has instructions of at least 8 numbers.
 */
public final class VectorArithmetic {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int LEAST_LANES = 8;

    static final @Nullable RowKernels KERNELS = find();

    private VectorArithmetic() {}

    private static @Nullable RowKernels find() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return null;
        }
        try {
            Class<?> kind = Class.forName("org.vito.augment.VectorRowKernels");
            RowKernels kernels = (RowKernels) kind.getDeclaredConstructor().newInstance();
            return kernels.lanes() >= LEAST_LANES ? kernels : null;
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // built without the module, or for a module that has changed since
        }
    }

    /** How views are made, in words. */
    public static String words() {
        if (KERNELS != null) {
            return "vector instructions of %d numbers (%s)".formatted(KERNELS.lanes(), MODULE);
        }
        return ModuleLayer.boot().findModule(MODULE).isPresent()
                ? "loops of plain Java (vectors of fewer than %d numbers, or %s has changed)"
                        .formatted(LEAST_LANES, MODULE)
                : "loops of plain Java (started without --add-modules %s)".formatted(MODULE);
    }
}
