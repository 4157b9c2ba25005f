package org.vito.learner;

import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Constant;
import org.tensorflow.types.TInt32;

/** TensorFlow's native library: whether it loads and computes here, before a run is begun. */
public final class TensorFlowLibrary {
    private TensorFlowLibrary() {}

    /**
     * Loads the library and has it compute a small sum.
     *
     * @return its version, e.g. {@code 2.18.0}
     * @throws LinkageError if the library or one that it needs cannot be loaded
     * @throws IllegalStateException if it computes something else
     */
    public static String tryOut() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Constant<TInt32> six = tf.constant(6);
            try (Session session = new Session(graph);
                    TInt32 product = (TInt32) session.runner()
                            .fetch(tf.math.mul(six, tf.constant(7)))
                            .run()
                            .get(0)) {
                if (product.getInt() != 42) {
                    throw new IllegalStateException("6 times 7 came out as " + product.getInt());
                }
            }
        }
        return TensorFlow.version();
    }
}
