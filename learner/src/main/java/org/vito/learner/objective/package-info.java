/**
 * What training minimises.
 *
 * <p>Start with {@link org.vito.learner.objective.InfoNce}.
 */
@NullMarked
package org.vito.learner.objective;

import org.jspecify.annotations.NullMarked;
