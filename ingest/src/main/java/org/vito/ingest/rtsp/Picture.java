package org.vito.ingest.rtsp;

import java.util.List;

/**
 * The NAL units of one picture, in order, without start codes.
 *
 * @param time when it is shown, in 1/90000 s from some beginning; pictures come in the order in which they are decoded
 * @param keyframe whether it can be decoded by itself
 */
record Picture(List<byte[]> units, long time, boolean keyframe) {
    Picture {
        units = List.copyOf(units);
    }
}
