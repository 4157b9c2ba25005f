package org.vito.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vito.protocol.v1.TrainingStep;

/** Says in one line how far the system is. */
final class ProgressLine {
    private ProgressLine() {}

    /**
     * The line for {@code state}; empty while there is nothing to say.
     *
     * @param sinceMs training steps from before this time are not told
     */
    static String of(SystemState state, long sinceMs) {
        List<String> parts = new ArrayList<>();
        long videos = state.passed("ingest");
        long clips = state.passed("decode");
        if (videos > 0) {
            parts.add("videos " + videos);
        }
        if (clips > 0) {
            parts.add("clips " + clips);
        }
        Optional<TrainingStep> newest = state.step().filter(step -> step.getAtMs() >= sinceMs);
        newest.ifPresent(step -> {
            parts.add("step " + step.getStep() + (step.getTotalSteps() > 0 ? "/" + step.getTotalSteps() : ""));
            parts.add(format("loss %.3f", step.getLoss()));
            parts.add(format("%.1f clips/s", step.getClipsPerSecond()));
            parts.add(format("%.0f %% of the time waiting for data", 100 * step.getStalledShare()));
            state.best(step.getRunId()).ifPresent(best -> parts.add(score(best)));
            left(step).ifPresent(left -> parts.add(left + " left"));
        });
        return String.join(" · ", parts);
    }

    /** A score in words, e.g. {@code best knn top1 61.3 % at step 400}. */
    static String score(SystemState.Score best) {
        return format("best %s %s %.1f %% at step %d", best.task(), best.metric(), 100 * best.value(), best.step());
    }

    private static Optional<String> left(TrainingStep step) {
        long steps = step.getTotalSteps() - step.getStep();
        if (steps <= 0 || step.getClipsPerSecond() <= 0 || step.getStep() == 0 || step.getClipsConsumed() == 0) {
            return Optional.empty();
        }
        double clipsPerStep = (double) step.getClipsConsumed() / step.getStep();
        return Optional.of(words(Duration.ofSeconds((long) (steps * clipsPerStep / step.getClipsPerSecond()))));
    }

    /** A duration as people say it: {@code 40 s}, {@code 12 min}, {@code 3.5 h}, {@code 9 d}. */
    static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 90) {
            return seconds + " s";
        }
        if (seconds < 90 * 60) {
            return Math.round(seconds / 60.0) + " min";
        }
        return seconds < 48 * 3600 ? format("%.1f h", seconds / 3600.0) : Math.round(seconds / 86_400.0) + " d";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
