/** Runs the tasks on a checkpoint: opens it, makes features once, measures. Start with {@link org.vito.evaluator.score.CheckpointScorer}. */
@NullMarked
package org.vito.evaluator.score;

import org.jspecify.annotations.NullMarked;
