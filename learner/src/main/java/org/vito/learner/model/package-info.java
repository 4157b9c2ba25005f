/**
 * A network in training: online and target networks, objective and optimiser in one graph.
 *
 * <p>Start with {@link org.vito.learner.model.TrainingModel}.
 */
@NullMarked
package org.vito.learner.model;

import org.jspecify.annotations.NullMarked;
