/** Scores of checkpoints side by side, for people and programs. Start with {@link org.vito.deploy.scores.ScoreTable}. */
@NullMarked
package org.vito.deploy.scores;

import org.jspecify.annotations.NullMarked;
