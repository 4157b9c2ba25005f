package org.vito.learner.network;

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

    /** Takes the elements of a variable in the order of files. */
    interface Sink {
        void accept(int index, float value);
    }

    /** Draws what {@code variable}, whose kind is random, begins with: a function of the seed and its name. */
    static void draw(Variable variable, long seed, Sink sink) {
        List<Long> shape = variable.fileShape();
        long fanIn = shape.stream().skip(1).reduce(1L, Math::multiplyExact);
        int elements = Math.toIntExact(fanIn * shape.get(0));
        boolean truncated = variable.kind() == Variable.Kind.WEIGHT;
        double deviation = truncated ? 1 / Math.sqrt((double) fanIn) : SMALL;
        CounterRandom random = CounterRandom.of(seed, "weights/" + variable.name(), 0, 0);
        for (int i = 0; i < elements; i++) {
            double z = random.nextGaussian();
            while (truncated && Math.abs(z) > TRUNCATION) {
                z = random.nextGaussian();
            }
            sink.accept(i, (float) (deviation * z));
        }
    }
}
