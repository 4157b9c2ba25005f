package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.vito.decode.child.v1.Probed;
import org.vito.decode.child.v1.Request;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Says what a file is. A file is a video only if its first frame decodes. */
final class VideoProbe {
    private VideoProbe() {}

    static Probed run(Request request) {
        try (VideoInput input = VideoInput.open(request)) {
            long originTicks = origin(input, request.getPath());
            long durationUs = input.timeBase().micros(input.endTicks(originTicks) - originTicks);
            Orientation orientation = input.orientation();
            int[] aspect = input.pixelAspect();
            int squareWidth = aspect[0] > 0 && aspect[1] > 0
                    ? Math.max(1, (int) Math.round((double) input.width() * aspect[0] / aspect[1]))
                    : input.width();
            return Probed.newBuilder()
                    .setContainer(input.container().name())
                    .setCodec(input.codecName())
                    .setDurationUs(durationUs)
                    .setFramesPerSecond(input.framesPerSecond())
                    .setWidth(orientation.width(squareWidth, input.height()))
                    .setHeight(orientation.height(squareWidth, input.height()))
                    .setTitle(input.container().title())
                    .build();
        }
    }

    private static long origin(VideoInput input, String path) {
        AVFrame frame = Libav.allocated(av_frame_alloc());
        try {
            if (!input.next(frame)) {
                throw new VitoException(
                        Reason.DAMAGED_VIDEO, "%s: no frame can be decoded: %s".formatted(path, input.trouble()));
            }
            return new FrameClock(input.frameTicks()).firstTime(frame);
        } finally {
            av_frame_free(frame);
        }
    }
}
