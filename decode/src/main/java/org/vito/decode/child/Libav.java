package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** What every user of libav needs: loading it and naming its errors. */
public final class Libav {
    /** libav's mark of an unknown time. */
    public static final long NO_TIME = Long.MIN_VALUE;

    /** libav's code for "give me more first"; the same number on every system we run on. */
    public static final int EAGAIN = -11;

    private static final int ENOMEM = -12;

    private Libav() {}

    /** Loads the native libraries and keeps them quiet below errors. */
    public static void load() {
        Loader.load(avutil.class);
        Loader.load(avcodec.class);
        Loader.load(avformat.class);
        Loader.load(swscale.class);
        av_log_set_level(AV_LOG_ERROR);
        Complaints.listen();
    }

    /** libav's words for an error code. */
    public static String words(int code) {
        byte[] buffer = new byte[256];
        if (av_strerror(code, buffer, buffer.length) < 0) {
            return "libav error " + code;
        }
        int length = 0;
        while (length < buffer.length && buffer[length] != 0) {
            length++;
        }
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    /** Returns {@code code} unless it is an error; then throws with {@code reason}. */
    static int check(int code, Reason reason, String what) {
        if (code < 0) {
            throw new VitoException(code == ENOMEM ? Reason.TOO_LARGE : reason, what + ": " + words(code));
        }
        return code;
    }

    /** Returns {@code code}, an error that one can go on after. @throws OutOfMemoryError if it is not one of those */
    static int survivable(int code) {
        if (code == ENOMEM) {
            throw new OutOfMemoryError(words(code));
        }
        return code;
    }

    /** Returns {@code allocated}, which libav gives as null when memory is out. */
    public static <T extends Pointer> T allocated(@Nullable T allocated) {
        if (allocated == null || allocated.isNull()) {
            throw new OutOfMemoryError("libav could not allocate");
        }
        return allocated;
    }
}
