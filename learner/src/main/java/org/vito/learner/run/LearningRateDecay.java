package org.vito.learner.run;

import java.util.List;
import org.vito.protocol.Settings;

/** How the learning rate goes on after the warm-up, as a share of its peak. */
public sealed interface LearningRateDecay {
    /**
     * The share after {@code k} steps.
     *
     * @param k steps done since the run began
     * @param done the part of the way from the end of the warm-up to the end of the run, 0 … 1
     */
    double share(long k, double done);

    /** Half a cosine, from 1 down to {@code last}. */
    record Cosine(double last) implements LearningRateDecay {
        @Override
        public double share(long k, double done) {
            return last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * done));
        }
    }

    /** From 1 down to {@code last} as {@code (1 − done)^power}; linear with a power of 1. */
    record Polynomial(double power, double last) implements LearningRateDecay {
        @Override
        public double share(long k, double done) {
            return last + (1 - last) * Math.pow(1 - done, power);
        }
    }

    /** Multiplied by {@code factor} after each of {@code milestones} steps, which ascend. */
    record MultiStep(List<Long> milestones, double factor) implements LearningRateDecay {
        public MultiStep {
            milestones = List.copyOf(milestones);
        }

        @Override
        public double share(long k, double done) {
            return Math.pow(
                    factor, (double) milestones.stream().filter(m -> m <= k).count());
        }
    }

    /** 1 to the end. */
    record Constant() implements LearningRateDecay {
        @Override
        public double share(long k, double done) {
            return 1;
        }
    }

    /** The ways by name. */
    enum Kind {
        /** {@link LearningRateDecay.Cosine}. */
        COSINE,
        /** {@link LearningRateDecay.MultiStep}. */
        MULTI_STEP,
        /** {@link LearningRateDecay.Polynomial}. */
        POLYNOMIAL,
        /** {@link LearningRateDecay.Constant}. */
        CONSTANT
    }

    /** Reads and checks {@code vito.learner.schedule} for a run of {@code steps} steps. */
    static LearningRateDecay from(Settings schedule, long steps) {
        double last = schedule.number("last-learning-rate", 0, 1);
        return switch (schedule.choice("decay", Kind.class)) {
            case COSINE -> new Cosine(last);
            case POLYNOMIAL -> new Polynomial(schedule.number("power", 0, 100), last);
            case CONSTANT -> new Constant();
            case MULTI_STEP -> new MultiStep(milestones(schedule, steps), schedule.number("factor", 0, 1));
        };
    }

    private static List<Long> milestones(Settings schedule, long steps) {
        List<Double> given = schedule.numbers("milestones");
        List<Long> milestones = given.stream()
                .map(m -> m < 1 ? Math.round(m * steps) : m.longValue())
                .toList();
        schedule.check(
                "milestones",
                given.stream().allMatch(m -> m > 0 && (m < 1 || m == Math.rint(m)))
                        && milestones.stream().allMatch(m -> m < steps)
                        && milestones.stream().distinct().sorted().toList().equals(milestones),
                "ascending shares of the run below 1, or whole numbers of steps below " + steps);
        return milestones;
    }
}
