/**
 * Pictures for people of what checkpoints do. Start with {@link org.vito.evaluator.picture.PictureStore}, where they lie, and {@link
 * org.vito.evaluator.picture.Sheet}, which most of them are.
 */
@NullMarked
package org.vito.evaluator.picture;

import org.jspecify.annotations.NullMarked;
