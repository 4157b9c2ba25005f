/**
 * Weights in files: safetensors, read and written one tensor at a time.
 *
 * <p>Start with {@link org.vito.learner.weights.SafetensorsFile} and {@link org.vito.learner.weights.SafetensorsWriter}.
 */
@NullMarked
package org.vito.learner.weights;

import org.jspecify.annotations.NullMarked;
