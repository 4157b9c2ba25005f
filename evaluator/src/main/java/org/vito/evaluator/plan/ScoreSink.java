package org.vito.evaluator.plan;

import java.util.concurrent.CompletionStage;
import org.vito.protocol.v1.EvaluationScore;

/** Where scores are written so that they survive. */
public interface ScoreSink {
    /** Writes; completes when the score is durable. Never blocks for long. */
    CompletionStage<Void> write(EvaluationScore score);
}
