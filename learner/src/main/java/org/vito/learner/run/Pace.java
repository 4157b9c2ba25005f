package org.vito.learner.run;

/**
 * How fast training goes: the time of the last step, and running averages over the last ten or so of what a step takes and
 * of how much of that is spent waiting for its batch. Between the end of one step and the end of the next lies everything
 * the loop does, saving included.
 */
final class Pace {
    private static final double SMOOTHING = 0.1; // of the newest step in the averages
    private static final double NANOS = 1e9;

    private final int clips;
    private long lastEnd;
    private boolean any;
    private double stepSeconds;
    private double secondsPerStep;
    private double waitSecondsPerStep;

    Pace(int clips) {
        this.clips = clips;
    }

    /** Steps follow from now on; times are of {@link System#nanoTime}. */
    void begin(long now) {
        lastEnd = now;
    }

    /** A step has ended that began to compute at {@code computed}, its batch having been waited for since {@code waited}. */
    void step(long waited, long computed, long ended) {
        double wall = (ended - lastEnd) / NANOS;
        double wait = (computed - waited) / NANOS;
        stepSeconds = (ended - computed) / NANOS;
        secondsPerStep = any ? secondsPerStep + SMOOTHING * (wall - secondsPerStep) : wall;
        waitSecondsPerStep = any ? waitSecondsPerStep + SMOOTHING * (wait - waitSecondsPerStep) : wait;
        any = true;
        lastEnd = ended;
    }

    /** Milliseconds of the last step, without the wait. */
    double stepMs() {
        return 1000 * stepSeconds;
    }

    /** Share of the wall time of the last steps that was spent waiting for batches, 0 … 1; 0 before the first. */
    double stalledShare() {
        return secondsPerStep == 0 ? 0 : Math.min(1, waitSecondsPerStep / secondsPerStep);
    }

    /** Clips a second of wall time over the last steps; 0 before the first. */
    double clipsPerSecond() {
        return secondsPerStep == 0 ? 0 : clips / secondsPerStep;
    }

    /** Seconds that {@code steps} more steps will take; NaN before the first. */
    double secondsFor(long steps) {
        return any ? steps * secondsPerStep : Double.NaN;
    }
}
