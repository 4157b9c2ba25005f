/**
 * Networks as values that build graph nodes: residual networks, pooling and projector, and the variables they declare.
 *
 * <p>Start with {@link org.vito.learner.network.NetworkSpec} and {@link org.vito.learner.network.Network}.
 */
@NullMarked
package org.vito.learner.network;

import org.jspecify.annotations.NullMarked;
