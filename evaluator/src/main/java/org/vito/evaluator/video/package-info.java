/** Tasks on videos. Start with {@link org.vito.evaluator.video.PropagationTask}. */
@NullMarked
package org.vito.evaluator.video;

import org.jspecify.annotations.NullMarked;
