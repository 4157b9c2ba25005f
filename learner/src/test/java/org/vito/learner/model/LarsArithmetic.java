package org.vito.learner.model;

import java.util.HashMap;
import java.util.Map;
import org.vito.learner.network.Variable;

/** LARS and moving average in 64-bit arithmetic, as the settings of reference.conf have them. */
final class LarsArithmetic {
    private static final double DECAY = 1e-6;
    private static final double TRUST = 1e-3;
    private static final double MOMENTUM = 0.9;

    private final double rate;
    private final double tau;
    private final Map<String, double[]> momenta = new HashMap<>();

    LarsArithmetic(double rate, double tau) {
        this.rate = rate;
        this.tau = tau;
    }

    /** A parameter after its next step. */
    double[] step(Variable parameter, float[] weight, float[] gradient) {
        boolean vector = parameter.isVector();
        double[] update = new double[weight.length];
        double weightNorm = 0;
        double updateNorm = 0;
        for (int i = 0; i < weight.length; i++) {
            update[i] = vector ? gradient[i] : gradient[i] + DECAY * weight[i];
            weightNorm += (double) weight[i] * weight[i];
            updateNorm += update[i] * update[i];
        }
        double ratio = vector || weightNorm == 0 || updateNorm == 0 ? 1 : TRUST * Math.sqrt(weightNorm / updateNorm);
        double[] momentum = momenta.computeIfAbsent(parameter.name(), n -> new double[weight.length]);
        double[] result = new double[weight.length];
        for (int i = 0; i < weight.length; i++) {
            momentum[i] = MOMENTUM * momentum[i] + ratio * update[i];
            result[i] = weight[i] - rate * momentum[i];
        }
        return result;
    }

    /** The target's parameter after the step that made {@code online}. */
    double[] follow(float[] target, double[] online) {
        double[] result = new double[online.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = tau * target[i] + (1 - tau) * online[i];
        }
        return result;
    }
}
