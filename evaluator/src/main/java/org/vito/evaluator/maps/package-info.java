/** Maps over the positions of a picture. Start with {@link org.vito.evaluator.maps.Enlarged}. */
@NullMarked
package org.vito.evaluator.maps;

import org.jspecify.annotations.NullMarked;
