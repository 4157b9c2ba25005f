/**
 * What becomes of a classifier on images unlike those it was trained on. Start with {@link
 * org.vito.evaluator.robust.Robustness}.
 */
@NullMarked
package org.vito.evaluator.robust;

import org.jspecify.annotations.NullMarked;
