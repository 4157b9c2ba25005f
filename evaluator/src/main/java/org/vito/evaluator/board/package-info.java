/** The state of the live page, rebuilt from Kafka and bounded. Start with {@link org.vito.evaluator.board.ScoreBoard}. */
@NullMarked
package org.vito.evaluator.board;

import org.jspecify.annotations.NullMarked;
