package org.vito.evaluator.plan;

import java.util.Map;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;

/** Makes score records. */
final class Scores {
    private Scores() {}

    /** A score without results, not yet stamped with evaluator and time. */
    static EvaluationScore of(CheckpointAnnouncement checkpoint, String dataSet, String task, ScoreState state) {
        return EvaluationScore.newBuilder()
                .setRunId(checkpoint.getRunId())
                .setStep(checkpoint.getStep())
                .setCheckpointDigest(checkpoint.getDigest())
                .setTask(task)
                .setDataSet(dataSet)
                .setState(state)
                .build();
    }

    static EvaluationScore scored(Job job, String task, Map<String, Double> metrics, double seconds) {
        EvaluationScore.Builder score = of(job.checkpoint(), job.dataSet(), task, ScoreState.SCORED).toBuilder()
                .setSeconds(seconds);
        metrics.forEach((name, value) ->
                score.addMetrics(Metric.newBuilder().setName(name).setValue(value)));
        return score.build();
    }

    static EvaluationScore failed(Job job, String task, String failure, double seconds) {
        return of(job.checkpoint(), job.dataSet(), task, ScoreState.FAILED).toBuilder()
                .setSeconds(seconds)
                .setReason(failure)
                .build();
    }
}
