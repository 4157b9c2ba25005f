/**
 * Cuts streams that go on into files.
 *
 * <p>Start with {@link org.vito.ingest.live.Recorder}; where the bytes come from is {@link
 * org.vito.ingest.fetch.LiveFeed}'s matter.
 */
@NullMarked
package org.vito.ingest.live;

import org.jspecify.annotations.NullMarked;
