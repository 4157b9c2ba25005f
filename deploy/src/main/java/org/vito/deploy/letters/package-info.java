/**
 * Dead letters for people: what {@code vito.deadletters} holds, in words and JSON, and sending again what was refused.
 *
 * <p>Start with {@link org.vito.deploy.letters.LetterBox}.
 */
@NullMarked
package org.vito.deploy.letters;

import org.jspecify.annotations.NullMarked;
