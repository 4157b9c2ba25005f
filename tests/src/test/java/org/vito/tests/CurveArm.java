package org.vito.tests;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.TrainingStep;

/**
 * One run of a learning curve as Kafka tells of it.
 *
 * @param steps made
 * @param clipsPerStep clips of a batch
 * @param firstLoss of the first step
 * @param lastLoss of the last step
 * @param stepMs median time of a step, milliseconds
 * @param trainingSeconds from the first step to the last
 * @param seconds from the start of the process to its last score
 * @param points scores, by task and in order of steps
 */
record CurveArm(
        CurveMethod method,
        long steps,
        long clipsPerStep,
        double firstLoss,
        double lastLoss,
        double stepMs,
        double trainingSeconds,
        double seconds,
        Map<String, List<Point>> points) {
    /**
     * A score.
     *
     * @param step of the checkpoint; 0 = random initialisation
     * @param views seen until then
     * @param top1 share of the test pictures put into their class
     * @param low lower end of its 95 % interval
     * @param high upper end
     * @param pictures number of test pictures
     */
    record Point(long step, long views, double top1, double low, double high, long pictures) {}

    /** Picks out of everything told what is of {@code method}'s run. */
    static CurveArm of(CurveMethod method, List<TrainingStep> told, List<EvaluationScore> scores, double seconds) {
        List<TrainingStep> steps = told.stream()
                .filter(s -> s.getRunId().equals(method.name()))
                .sorted(Comparator.comparingLong(TrainingStep::getStep))
                .toList();
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("run " + method.name() + " made no step");
        }
        TrainingStep first = steps.get(0);
        TrainingStep last = steps.get(steps.size() - 1);
        long clips = first.getClipOffsetsCount();
        double[] times =
                steps.stream().mapToDouble(TrainingStep::getStepMs).sorted().toArray();
        Map<String, List<Point>> points = scores.stream()
                .filter(s -> s.getRunId().equals(method.name()) && s.getState() == ScoreState.SCORED)
                .map(s -> Map.entry(s.getTask(), point(s, clips * method.views())))
                .sorted(Comparator.comparingLong(e -> e.getValue().step()))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        return new CurveArm(
                method,
                last.getStep(),
                clips,
                first.getLoss(),
                last.getLoss(),
                times[times.length / 2],
                (last.getAtMs() - first.getAtMs()) / 1000.0,
                seconds,
                points);
    }

    private static Point point(EvaluationScore score, long viewsPerStep) {
        return point(
                score.getStep(),
                viewsPerStep,
                score.getMetricsList().stream().collect(Collectors.toMap(Metric::getName, Metric::getValue)));
    }

    /** The point of an evaluator's {@code metrics}. */
    static Point point(long step, long viewsPerStep, Map<String, Double> metrics) {
        return new Point(
                step,
                step * viewsPerStep,
                metrics.getOrDefault("top1", Double.NaN),
                metrics.getOrDefault("top1.low", Double.NaN),
                metrics.getOrDefault("top1.high", Double.NaN),
                metrics.getOrDefault("images", 0.0).longValue());
    }

    /** Scores of {@code task} in order of steps. */
    List<Point> of(String task) {
        return points.getOrDefault(task, List.of());
    }
}
