package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_hw_config;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_copy_props;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_hwdevice_ctx_create;
import static org.bytedeco.ffmpeg.global.avutil.av_hwframe_transfer_data;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecHWConfig;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;

/**
 * Decoding by NVDEC, NVIDIA's decoder, through libav's CUDA device. One device serves a process until its end. Frames stay in
 * the card's memory until they are fetched.
 */
final class HardwareDecoding {
    private static final int SURFACES_HELD = 4; // by us beyond what decoding needs: the two frames at hand, with room

    private static boolean tried;
    private static @Nullable AVBufferRef device;

    private HardwareDecoding() {}

    /** Makes {@code opening} decode by hardware; where there is none, or none for the codec, says so once and leaves it be. */
    static synchronized void useIfThere(AVCodecContext opening, AVCodec codec) {
        if (!tried) {
            tried = true;
            device = open();
        }
        if (device == null) {
            return;
        }
        if (!knows(codec)) {
            System.err.println(
                    "hardware decoding: CUDA does not decode " + codec.name().getString() + ", the processor does");
            return;
        }
        opening.hw_device_ctx(Libav.allocated(av_buffer_ref(device)));
        opening.extra_hw_frames(SURFACES_HELD);
    }

    private static @Nullable AVBufferRef open() {
        AVBufferRef opened = new AVBufferRef(null);
        av_log_set_level(AV_LOG_QUIET);
        int code = av_hwdevice_ctx_create(opened, AV_HWDEVICE_TYPE_CUDA, (String) null, (AVDictionary) null, 0);
        av_log_set_level(AV_LOG_ERROR);
        if (code < 0) {
            System.err.println("hardware decoding: no CUDA device (" + Libav.words(code) + "), the processor decodes");
            return null;
        }
        return opened;
    }

    private static boolean knows(AVCodec codec) {
        for (int i = 0; ; i++) {
            AVCodecHWConfig config = avcodec_get_hw_config(codec, i);
            if (config == null) {
                return false;
            }
            if (config.device_type() == AV_HWDEVICE_TYPE_CUDA
                    && (config.methods() & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) {
                return true;
            }
        }
    }

    /** {@code frame} if it is in the processor's memory, or else {@code fetched}, filled with a copy of it. */
    static AVFrame fetched(AVFrame frame, AVFrame fetched) {
        if (frame.hw_frames_ctx() == null) {
            return frame;
        }
        av_frame_unref(fetched);
        Libav.check(av_hwframe_transfer_data(fetched, frame, 0), Reason.DAMAGED_VIDEO, "a frame cannot be fetched");
        Libav.check(av_frame_copy_props(fetched, frame), Reason.DAMAGED_VIDEO, "a frame cannot be fetched");
        return fetched;
    }
}
