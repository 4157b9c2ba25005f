package org.vito.evaluator.plan;

import akka.actor.typed.ActorRef;
import java.util.concurrent.CompletionStage;
import org.vito.protocol.v1.EvaluationScore;

/** What a coordinator reads and writes by while it lives. Of all that were ever opened only the last one can be written. */
public interface Journal extends AutoCloseable {
    /** Opens journals. */
    interface Opener {
        /**
         * Opens a journal that tells {@code coordinator} what was announced, scored and asked before, and then what is new.
         * From then on nobody else can write. Blocks.
         */
        Journal open(ActorRef<EvaluationCoordinator.Command> coordinator);
    }

    /**
     * Writes; completes when the score is durable, in the order of the calls. A failure is final, for all that follows too.
     * Never blocks for long.
     */
    CompletionStage<Void> write(EvaluationScore score);

    /** Ends. What was not written is not. Blocks for some seconds at most. */
    @Override
    void close();
}
