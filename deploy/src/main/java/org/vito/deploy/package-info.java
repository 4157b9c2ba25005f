/**
 * The {@code vito} command: wiring of the roles, the embedded broker, the demo.
 *
 * <p>Start with {@link org.vito.deploy.Main}.
 */
@NullMarked
package org.vito.deploy;

import org.jspecify.annotations.NullMarked;
