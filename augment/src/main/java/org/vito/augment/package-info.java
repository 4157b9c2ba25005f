/**
 * Makes views: the paper's random transforms of training frames, written as bytes into the batch that the learner feeds, and
 * the deterministic transforms of evaluation.
 *
 * <p>Start with {@link org.vito.augment.BatchAugmenter}.
 */
@NullMarked
package org.vito.augment;

import org.jspecify.annotations.NullMarked;
