/**
 * Takes videos in and curates them: sources that find and fetch, the object store they end in, and the decision which of
 * them belong to the training set.
 *
 * <p>Start with {@link org.vito.ingest.IngestRole} and {@link org.vito.ingest.CurateRole}.
 */
@NullMarked
package org.vito.ingest;

import org.jspecify.annotations.NullMarked;
