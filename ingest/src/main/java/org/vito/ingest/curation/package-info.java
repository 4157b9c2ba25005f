/**
 * Decides which videos belong to the training set.
 *
 * <p>Start with {@link org.vito.ingest.curation.Curator}, the rule, and {@link org.vito.ingest.curation.CuratorActor},
 * which holds it.
 */
@NullMarked
package org.vito.ingest.curation;

import org.jspecify.annotations.NullMarked;
