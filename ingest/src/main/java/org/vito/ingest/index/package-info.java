/**
 * Remembers which identifiers have been seen, in little memory.
 *
 * <p>Start with {@link org.vito.ingest.index.TopicIndex}, which follows a compacted topic.
 */
@NullMarked
package org.vito.ingest.index;

import org.jspecify.annotations.NullMarked;
