/**
 * Gets the bytes behind an address, local or remote, under limits of size, time and redirects.
 *
 * <p>Start with {@link org.vito.ingest.fetch.Fetchers}; a further kind of address is a further {@link
 * org.vito.ingest.fetch.Fetcher}, a further rule of what may be fetched an {@link org.vito.ingest.fetch.AddressPolicy}.
 */
@NullMarked
package org.vito.ingest.fetch;

import org.jspecify.annotations.NullMarked;
