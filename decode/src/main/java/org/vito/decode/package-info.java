/**
 * Turns videos into training clips: probing, the decode plan, 2.56 s windows and the frames drawn from them, all by libav in
 * child processes, so that bytes nobody vouches for never meet the JVM that matters.
 *
 * <p>Start with {@link org.vito.decode.DecodeRole}, the stream from curated videos to clips, and {@link
 * org.vito.decode.Decoders}, the pool of child processes behind it.
 */
@NullMarked
package org.vito.decode;

import org.jspecify.annotations.NullMarked;
