/**
 * Features of images and videos in files: what {@code vito embed} does.
 *
 * <p>Start with {@link org.vito.deploy.embed.Embedding}.
 */
@NullMarked
package org.vito.deploy.embed;

import org.jspecify.annotations.NullMarked;
