/** Curves and scores as event files of TensorBoard. Start with {@link org.vito.evaluator.tensorboard.TensorBoardFeed}. */
@NullMarked
package org.vito.evaluator.tensorboard;

import org.jspecify.annotations.NullMarked;
