package org.vito.learner.run;

/** How fast training goes: each step's time, the share of it spent waiting for a batch, and a running average. */
final class Pace {
    private static final double SMOOTHING = 0.1; // of the newest step in the average
    private static final double NANOS = 1e9;

    private final int clips;
    private double secondsPerStep = Double.NaN;
    private double stepSeconds;
    private double waitSeconds;

    Pace(int clips) {
        this.clips = clips;
    }

    /** A step took {@code stepNanos} after {@code waitNanos} of waiting for its batch. */
    void step(long waitNanos, long stepNanos) {
        waitSeconds = waitNanos / NANOS;
        stepSeconds = stepNanos / NANOS;
        double total = waitSeconds + stepSeconds;
        secondsPerStep = Double.isNaN(secondsPerStep) ? total : secondsPerStep + SMOOTHING * (total - secondsPerStep);
    }

    /** Milliseconds of the last step, without the wait. */
    double stepMs() {
        return 1000 * stepSeconds;
    }

    /** Share of the last step's time that was spent waiting, 0 … 1. */
    double stalledShare() {
        double total = waitSeconds + stepSeconds;
        return total == 0 ? 0 : waitSeconds / total;
    }

    /** Clips a second, waiting included, averaged over the last steps; 0 before the first. */
    double clipsPerSecond() {
        return Double.isNaN(secondsPerStep) || secondsPerStep == 0 ? 0 : clips / secondsPerStep;
    }

    /** Seconds that {@code steps} more steps will take; NaN before the first. */
    double secondsFor(long steps) {
        return steps * secondsPerStep;
    }
}
