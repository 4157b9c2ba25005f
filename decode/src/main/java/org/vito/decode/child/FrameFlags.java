package org.vito.decode.child;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;

/** What a decoder says of a frame; libav's {@code AV_FRAME_FLAG_…}, which the bindings leave out. */
final class FrameFlags {
    private static final int CORRUPT = 1;
    private static final int KEY = 1 << 1;
    private static final int INTERLACED = 1 << 3;

    private static final List<String> ERRORS =
            List.of("invalid bitstream", "missing reference", "errors concealed", "slices not decoded");

    private FrameFlags() {}

    static boolean key(AVFrame frame) {
        return (frame.flags() & KEY) != 0;
    }

    static boolean interlaced(AVFrame frame) {
        return (frame.flags() & INTERLACED) != 0;
    }

    /** Whether the decoder met errors in {@code frame}, or in one that it refers to. */
    static boolean damaged(AVFrame frame) {
        return trouble(frame) != null;
    }

    /** What the decoder says is wrong with {@code frame}, null if nothing; libav's {@code FF_DECODE_ERROR_…}. */
    static @Nullable String trouble(AVFrame frame) {
        int errors = frame.decode_error_flags();
        if (errors != 0) {
            return IntStream.range(0, ERRORS.size())
                    .filter(bit -> (errors >> bit & 1) != 0)
                    .mapToObj(ERRORS::get)
                    .collect(Collectors.joining(", ", "the decoder says: ", ""));
        }
        return (frame.flags() & CORRUPT) != 0 ? "the decoder says: corrupt" : null;
    }
}
