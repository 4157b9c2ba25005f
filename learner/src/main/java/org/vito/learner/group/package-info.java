/**
 * Several processes that train one network together: what they tell each other, and operations of their graphs that see all
 * of them.
 *
 * <p>Start with {@link org.vito.learner.group.LearnerGroup}, and with {@link org.vito.learner.group.ProcessGroup} for the
 * graphs.
 */
@NullMarked
package org.vito.learner.group;

import org.jspecify.annotations.NullMarked;
