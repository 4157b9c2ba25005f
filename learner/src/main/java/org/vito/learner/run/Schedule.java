package org.vito.learner.run;

import org.vito.protocol.Settings;

/**
 * How learning rate and moving average go over a run of {@code steps} steps. Both are functions of the number of steps done
 * so far, {@code k}, as in the published code of BYOL (deepmind-research, {@code byol/utils/schedules.py}).
 *
 * @param steps length of the run, K
 * @param warmUpSteps steps of linear rise from 0, fewer than {@code steps}
 * @param peakLearningRate learning rate after the warm-up
 * @param decay how it goes on from there
 * @param baseEmaDecay decay of the moving average at k = 0, tau_0
 * @param ema how that goes on
 */
public record Schedule(
        long steps, long warmUpSteps, double peakLearningRate, LearningRateDecay decay, double baseEmaDecay, Ema ema) {
    /** Clips of a batch by which learning rates are quoted. */
    private static final double REFERENCE_BATCH = 256;

    /** How the decay of the moving average goes over a run. */
    public enum Ema {
        /** To 1 along half a cosine. */
        COSINE,
        /** Not at all. */
        CONSTANT
    }

    public Schedule {
        if (steps < 1 || warmUpSteps < 0 || warmUpSteps >= steps) {
            throw new IllegalArgumentException(warmUpSteps + " steps of warm-up in a run of " + steps);
        }
    }

    /** Reads and checks {@code vito.learner.schedule} for batches of {@code clips} clips. */
    public static Schedule from(Settings learner, int clips) {
        Settings schedule = learner.in("schedule");
        long examples = schedule.whole("examples-per-epoch", 1, 1L << 40);
        long steps = schedule.whole("steps", 0, 1L << 40);
        if (steps == 0) {
            steps = schedule.whole("epochs", 1, 1 << 20) * examples / clips;
            schedule.check("epochs", steps > 0, "enough epochs for one batch of " + clips + " clips");
        }
        long warmUp = schedule.whole("warm-up-steps", -1, 1L << 40);
        String warmUpKey = "warm-up-steps";
        if (warmUp < 0) {
            warmUp = schedule.whole("warm-up-epochs", 0, 1 << 20) * examples / clips;
            warmUpKey = "warm-up-epochs";
        }
        schedule.check(warmUpKey, warmUp < steps, "a warm-up shorter than the run of " + steps + " steps");
        return new Schedule(
                steps,
                warmUp,
                schedule.number("base-learning-rate", 0, 1e6) * clips / REFERENCE_BATCH,
                LearningRateDecay.from(schedule, steps),
                schedule.number("base-ema-decay", 0, 1),
                schedule.choice("ema", Ema.class));
    }

    /** Learning rate of the step after {@code k} steps: linear from 0, then as {@link #decay} has it. */
    public double learningRate(long k) {
        if (k < warmUpSteps) {
            return peakLearningRate * k / warmUpSteps;
        }
        double done = (double) (Math.min(k, steps) - warmUpSteps) / (steps - warmUpSteps);
        return peakLearningRate * decay.share(k, done);
    }

    /**
     * Decay of the target network after the step that follows {@code k} steps: tau_0, or with {@link Ema#COSINE}
     * 1 − (1 − tau_0)(cos(πk/K) + 1)/2.
     */
    public double emaDecay(long k) {
        if (ema == Ema.CONSTANT) {
            return baseEmaDecay;
        }
        return 1 - (1 - baseEmaDecay) * (Math.cos(Math.PI * Math.min(k, steps) / steps) + 1) / 2;
    }
}
