/**
 * How much a network sees as people do: what it takes pictures for, and where it looks. Start with {@link
 * org.vito.evaluator.human.HumanTask} and {@link org.vito.evaluator.human.ClickMeTask}.
 */
@NullMarked
package org.vito.evaluator.human;

import org.jspecify.annotations.NullMarked;
