/**
 * Trains: networks, objective, optimisers and schedules as one TensorFlow graph, the order in which clips are learned from,
 * checkpoints that survive anything, and the actors around them.
 *
 * <p>Start with {@link org.vito.learner.LearnerRole}; users of finished networks start with {@link
 * org.vito.learner.FrozenEncoder}.
 */
@NullMarked
package org.vito.learner;

import org.jspecify.annotations.NullMarked;
