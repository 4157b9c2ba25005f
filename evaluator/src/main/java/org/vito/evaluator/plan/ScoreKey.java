package org.vito.evaluator.plan;

import org.vito.protocol.v1.EvaluationScore;

/** One task on one data set of one checkpoint. */
record ScoreKey(String runId, long step, String dataSet, String task) {
    static ScoreKey of(EvaluationScore score) {
        return new ScoreKey(score.getRunId(), score.getStep(), score.getDataSet(), score.getTask());
    }
}
