package org.vito.learner.network;

import java.util.Arrays;
import java.util.List;
import org.vito.protocol.CounterRandom;

/** First values of variables: those of dm-haiku, in which BYOL was written, and in transformers those of Swin. */
final class Initialisation {
    /** Normal numbers further than this many deviations from 0 are drawn again. */
    private static final double TRUNCATION = 2;

    private static final double SMALL = 0.02;

    private Initialisation() {}

    /** Whether what a variable of this kind begins with is drawn. */
    static boolean isRandom(Variable.Kind kind) {
        return switch (kind) {
            case WEIGHT, SMALL_WEIGHT, POSITION_BIAS -> true;
            case ONES, MOVING_VARIANCE, ZEROS, MOVING_MEAN -> false;
        };
    }

    /** First value of every element of a variable whose kind is not random. */
    static float constant(Variable.Kind kind) {
        return kind == Variable.Kind.ONES || kind == Variable.Kind.MOVING_VARIANCE ? 1 : 0;
    }

    /** First value of {@code variable}, laid out as in files; random ones are functions of the seed and its name. */
    static float[] values(Variable variable, long seed) {
        List<Long> shape = variable.fileShape();
        long fanIn = shape.stream().skip(1).reduce(1L, Math::multiplyExact);
        float[] values = new float[Math.toIntExact(fanIn * shape.get(0))];
        switch (variable.kind()) {
            case WEIGHT ->
                truncatedNormal(
                        values,
                        1 / Math.sqrt((double) fanIn),
                        CounterRandom.of(seed, "weights/" + variable.name(), 0, 0));
            case SMALL_WEIGHT, POSITION_BIAS -> {
                CounterRandom random = CounterRandom.of(seed, "weights/" + variable.name(), 0, 0);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (SMALL * random.nextGaussian());
                }
            }
            case ONES, MOVING_VARIANCE, ZEROS, MOVING_MEAN -> Arrays.fill(values, constant(variable.kind()));
        }
        return values;
    }

    private static void truncatedNormal(float[] values, double deviation, CounterRandom random) {
        for (int i = 0; i < values.length; i++) {
            double z = random.nextGaussian();
            while (Math.abs(z) > TRUNCATION) {
                z = random.nextGaussian();
            }
            values[i] = (float) (deviation * z);
        }
    }
}
