/** Plans evaluations, leases them to evaluators and records what they found. Start with {@link org.vito.evaluator.plan.EvaluationCoordinator}. */
@NullMarked
package org.vito.evaluator.plan;

import org.jspecify.annotations.NullMarked;
