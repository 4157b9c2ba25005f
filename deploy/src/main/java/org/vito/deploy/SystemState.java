package org.vito.deploy;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.TrainingStep;

/** What the records of training, checkpoints, scores and stages say about the system now. Safe to use from any thread. */
final class SystemState {
    /** A metric of a task on a checkpoint, 0 … 1 where it is an accuracy. */
    record Score(String runId, long step, String task, String dataSet, String metric, double value) {}

    private final Map<String, StageReport> stages = new ConcurrentHashMap<>();
    private final Map<String, EvaluationScore> scores = new ConcurrentHashMap<>();
    private volatile @Nullable TrainingStep newest;
    private final Map<String, CheckpointAnnouncement> checkpoints = new ConcurrentHashMap<>();
    private volatile @Nullable CheckpointAnnouncement checkpoint;

    void accept(StageReport report) {
        stages.put(report.getInstance() + "/" + report.getStage(), report);
    }

    void accept(TrainingStep step) {
        newest = step;
    }

    void accept(CheckpointAnnouncement announced) {
        checkpoints.put(announced.getRunId() + "/" + announced.getStep(), announced);
        CheckpointAnnouncement known = checkpoint;
        if (known == null || announced.getAtMs() >= known.getAtMs()) {
            checkpoint = announced;
        }
    }

    void accept(EvaluationScore score) {
        scores.put(
                String.join(
                        "/", score.getRunId(), String.valueOf(score.getStep()), score.getTask(), score.getDataSet()),
                score);
    }

    /** The newest optimiser step. */
    Optional<TrainingStep> step() {
        return Optional.ofNullable(newest);
    }

    /** The newest checkpoint. */
    Optional<CheckpointAnnouncement> checkpoint() {
        return Optional.ofNullable(checkpoint);
    }

    /** Every checkpoint that was announced of {@code runId}, as it was last. */
    List<CheckpointAnnouncement> checkpoints(String runId) {
        return checkpoints.values().stream()
                .filter(announced -> announced.getRunId().equals(runId))
                .sorted(Comparator.comparingLong(CheckpointAnnouncement::getStep))
                .toList();
    }

    /** Every run that has a checkpoint. */
    Set<String> runs() {
        return checkpoints.values().stream()
                .map(CheckpointAnnouncement::getRunId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Every stage's newest report, by instance and stage. */
    Map<String, StageReport> stages() {
        return new TreeMap<>(stages);
    }

    /** Every task's newest state, by run, step, task and data set. */
    Map<String, EvaluationScore> scores() {
        return new TreeMap<>(scores);
    }

    /** Items that all instances of {@code stage} passed since their start. */
    long passed(String stage) {
        return stages.values().stream()
                .filter(r -> r.getStage().equals(stage))
                .mapToLong(StageReport::getPassed)
                .sum();
    }

    /** The best first metric of any task of {@code runId}. */
    Optional<Score> best(String runId) {
        return scores.values().stream()
                .filter(s -> s.getState() == ScoreState.SCORED && s.getRunId().equals(runId))
                .filter(s -> s.getMetricsCount() > 0)
                .map(s -> {
                    Metric first = s.getMetrics(0);
                    return new Score(
                            s.getRunId(), s.getStep(), s.getTask(), s.getDataSet(), first.getName(), first.getValue());
                })
                .max(Comparator.comparingDouble(Score::value));
    }
}
