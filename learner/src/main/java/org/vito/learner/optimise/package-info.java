/**
 * How parameters follow their gradients, and target networks their online networks.
 *
 * <p>Start with {@link org.vito.learner.optimise.Optimiser}.
 */
@NullMarked
package org.vito.learner.optimise;

import org.jspecify.annotations.NullMarked;
