/**
 * The training loop, its schedules and its journal in Kafka, and the actor around them.
 *
 * <p>Start with {@link org.vito.learner.run.LearnerActor}.
 */
@NullMarked
package org.vito.learner.run;

import org.jspecify.annotations.NullMarked;
