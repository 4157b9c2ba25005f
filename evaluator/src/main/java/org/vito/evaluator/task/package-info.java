/** What is measured on frozen features: nearest neighbours and a linear probe. Start with {@link org.vito.evaluator.task.Task}. */
@NullMarked
package org.vito.evaluator.task;

import org.jspecify.annotations.NullMarked;
