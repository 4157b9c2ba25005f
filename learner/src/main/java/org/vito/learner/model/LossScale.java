package org.vito.learner.model;

import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.vito.learner.network.Variable;
import org.vito.learner.network.Variables;

/**
 * What a loss is multiplied by before its gradient is taken, so that 16-bit gradients do not vanish; what is summed up of
 * them is divided by it.
 *
 * <p>As in Micikevicius et al., "Mixed precision training", ICLR 2018: it begins large; a step whose gradients overflow is
 * left out and halves it; {@value #PATIENCE} steps in a row without overflow double it. Powers of two change no digit.
 */
final class LossScale {
    static final float FIRST = 1 << 16;
    static final int PATIENCE = 2000;
    private static final float LEAST = 1;
    private static final float MOST = 1 << 24;

    private final Variable remembered;
    private float factor = FIRST;
    private int sound;

    /** A scale whose state is saved and restored with the optimiser's. */
    LossScale(Variables optimiser) {
        remembered = optimiser.declareZeros("loss_scale", 2L);
    }

    float factor() {
        return factor;
    }

    /** Goes on with another factor, a power of two. */
    void set(float factor) {
        this.factor = factor;
        sound = 0;
    }

    /** Takes up the state that the optimiser's variables were restored to. */
    void recall(Session session) {
        try (TFloat32 state =
                (TFloat32) session.runner().fetch(remembered.value()).run().get(0)) {
            factor = state.getFloat(0) == 0 ? FIRST : state.getFloat(0);
            sound = (int) state.getFloat(1);
        }
    }

    /** Whether a step with gradients that are not finite can be left out: the next will have a smaller scale. */
    boolean canShrink() {
        return factor > LEAST;
    }

    /** Takes note of a step whose gradients were finite, or not. */
    void adapt(Session session, boolean finite) {
        sound = finite ? sound + 1 : 0;
        if (!finite) {
            factor = Math.max(LEAST, factor / 2);
        } else if (sound == PATIENCE) {
            factor = Math.min(MOST, factor * 2);
            sound = 0;
        }
        Session.Runner runner = session.runner();
        TFloat32 written = remembered.feed(runner, new float[] {factor, sound});
        try {
            runner.run().close();
        } finally {
            written.close();
        }
    }
}
