/**
 * The order in which clips are learned from: epochs over the clips topic, the shuffle buffer, the composition of batches, and the
 * small state from which all of it continues exactly.
 *
 * <p>Start with {@link org.vito.learner.data.ClipOrder}.
 */
@NullMarked
package org.vito.learner.data;

import org.jspecify.annotations.NullMarked;
