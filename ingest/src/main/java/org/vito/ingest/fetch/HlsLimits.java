package org.vito.ingest.fetch;

import java.time.Duration;

/**
 * What an HLS playlist may ask for.
 *
 * @param leastHeight of the variants at least so high, in pixels, that of the lowest rate is taken
 * @param segments most segments, or variants, of a playlist
 * @param segmentBytes most bytes of one segment, which are held in memory
 * @param pieces most videos that it may be; of more pieces the longest are
 * @param leastPiece shorter pieces are no videos where there are longer ones
 */
public record HlsLimits(int leastHeight, int segments, int segmentBytes, int pieces, Duration leastPiece) {}
