/**
 * Finds videos and asks for them to be taken in: directories, single files, addresses and manifests.
 *
 * <p>Start with {@link org.vito.ingest.source.SourceActor}, the life of one source.
 */
@NullMarked
package org.vito.ingest.source;

import org.jspecify.annotations.NullMarked;
