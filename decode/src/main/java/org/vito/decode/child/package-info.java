/**
 * The decoder process: a small Java program that alone touches a video's bytes, by libav, and answers its parent over a
 * pipe. Nothing in here is for other modules.
 *
 * <p>Start with {@link org.vito.decode.child.ChildMain}, the program, and {@code SamplingPass}, the decode plan.
 */
@NullMarked
package org.vito.decode.child;

import org.jspecify.annotations.NullMarked;
