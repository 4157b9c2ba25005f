package org.vito.ingest.fetch;

/**
 * What an HLS playlist may ask for.
 *
 * @param leastHeight of the variants at least so high, in pixels, that of the lowest rate is taken
 * @param segments most segments, or variants, of a playlist
 * @param segmentBytes most bytes of one segment, which are held in memory
 */
public record HlsLimits(int leastHeight, int segments, int segmentBytes) {}
