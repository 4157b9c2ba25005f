package org.vito.ingest.fetch;

import java.time.Duration;

/**
 * What a fetch may cost.
 *
 * @param connect longest wait for a connection
 * @param read longest wait for the next byte
 * @param total longest time of a whole fetch
 * @param redirects most redirections followed, one after the other
 * @param bytes most bytes of one video
 * @param userAgent what servers are told that we are
 */
public record FetchLimits(
        Duration connect, Duration read, Duration total, int redirects, long bytes, String userAgent) {}
