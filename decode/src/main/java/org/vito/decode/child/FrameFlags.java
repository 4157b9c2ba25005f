package org.vito.decode.child;

import org.bytedeco.ffmpeg.avutil.AVFrame;

/** What a decoder says of a frame; libav's {@code AV_FRAME_FLAG_…}, which the bindings leave out. */
final class FrameFlags {
    private static final int CORRUPT = 1;
    private static final int KEY = 1 << 1;
    private static final int INTERLACED = 1 << 3;

    private FrameFlags() {}

    static boolean key(AVFrame frame) {
        return (frame.flags() & KEY) != 0;
    }

    static boolean interlaced(AVFrame frame) {
        return (frame.flags() & INTERLACED) != 0;
    }

    /** Whether the decoder met errors in {@code frame}, or in one that it refers to. */
    static boolean damaged(AVFrame frame) {
        return (frame.flags() & CORRUPT) != 0 || frame.decode_error_flags() != 0;
    }
}
