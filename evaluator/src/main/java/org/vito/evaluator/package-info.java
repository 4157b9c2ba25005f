/**
 * Scores checkpoints as they arrive and shows everything live: tasks, metrics, the coordinator that plans them, the score
 * board and the page.
 *
 * <p>Start with {@link org.vito.evaluator.EvaluateRole} and {@link org.vito.evaluator.DashboardRole}.
 */
@NullMarked
package org.vito.evaluator;

import org.jspecify.annotations.NullMarked;
