package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.swscale.SWS_POINT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_isSupportedInput;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import java.nio.DoubleBuffer;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;

/**
 * Hard cuts between shots, from the frames that are decoded anyway; a cut in a gap that nobody decodes is found at the first
 * frame after it.
 *
 * <p>Frames are compared by histograms of brightness and of both colour differences, which moving objects and a moving camera
 * change little and another scene changes at once (H. J. Zhang, A. Kankanhalli, S. W. Smoliar, "Automatic partitioning of
 * full-motion video", Multimedia Systems 1, 1993). There is no fixed threshold beyond which a change is a cut: it must stand out
 * from all changes around it, being the largest of a sliding window and {@value #PEAK} times the second (B.-L. Yeo, B. Liu,
 * "Rapid scene analysis on compressed video", IEEE Trans. Circuits and Systems for Video Technology 5 (6), 1995, section III).
 * So a flash is no cut, since it changes back, and neither is a pan, of which every frame is a change. Neither found are cuts within
 * {@value #AROUND} frames of one another or of a flash, and gradual transitions.
 *
 * <p>On cuts of real films a tenth to two thirds of a histogram moves, ten times as much as between the frames around them. Each
 * frame is sampled at {@value #WIDTH} × {@value #HEIGHT} points, whatever its size.
 */
final class ShotCuts implements AutoCloseable {
    static final int AROUND = 6; // frames on either side that a change must stand out from
    static final double PEAK = 3;
    static final double LEAST = 0.1; // of the mass of a histogram that moves, where the change is a cut

    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;
    private static final int BINS = 32; // of each of the three histograms, 8 levels wide

    private final AVFrame small = Libav.allocated(av_frame_alloc());
    private final AVFrame fetched = Libav.allocated(av_frame_alloc());
    private final byte[] samples = new byte[WIDTH * HEIGHT];
    private @Nullable SwsContext context;
    private int preparedFor = -1;
    private int preparedWidth;
    private int preparedHeight;
    private float[] before = new float[3 * BINS];
    private float[] now = new float[3 * BINS];
    private long[] times = new long[256];
    private float[] changes = new float[256]; // from the frame before
    private int count;

    ShotCuts() {
        small.format(AV_PIX_FMT_YUV444P);
        small.width(WIDTH);
        small.height(HEIGHT);
        Libav.check(av_frame_get_buffer(small, 0), Reason.INTERNAL, "no memory for a small frame");
    }

    /** Takes in the next frame in order of presentation, at {@code ticks}. */
    void see(AVFrame frame, long ticks) {
        if (!sample(frame)) {
            return;
        }
        float[] spare = before;
        before = now;
        now = spare;
        for (int plane = 0; plane < 3; plane++) {
            fill(plane);
        }
        add(ticks, count == 0 ? 0 : change());
    }

    private boolean sample(AVFrame presented) {
        AVFrame frame = HardwareDecoding.fetched(presented, fetched);
        if (frame.format() != preparedFor || frame.width() != preparedWidth || frame.height() != preparedHeight) {
            prepare(frame);
        }
        return context != null && sws_scale_frame(context, small, frame) >= 0;
    }

    private void prepare(AVFrame frame) {
        free();
        preparedFor = frame.format();
        preparedWidth = frame.width();
        preparedHeight = frame.height();
        if (sws_isSupportedInput(preparedFor) != 0) {
            context = Libav.allocated(sws_getContext(
                    preparedWidth,
                    preparedHeight,
                    preparedFor,
                    WIDTH,
                    HEIGHT,
                    AV_PIX_FMT_YUV444P,
                    SWS_POINT,
                    null,
                    null,
                    (DoubleBuffer) null));
        }
    }

    /** Each sample counts for the two bins whose middles it lies between, so that a little more light changes little. */
    private void fill(int plane) {
        BytePointer data = small.data(plane);
        int stride = small.linesize(plane);
        for (int y = 0; y < HEIGHT; y++) {
            data.position((long) y * stride).get(samples, y * WIDTH, WIDTH);
        }
        int first = plane * BINS;
        Arrays.fill(now, first, first + BINS, 0);
        float each = 1f / (8 * samples.length);
        for (byte sample : samples) {
            int level = Math.max(0, (sample & 0xff) - 4);
            int bin = level >> 3;
            int above = level & 7;
            now[first + bin] += (8 - above) * each;
            now[first + Math.min(BINS - 1, bin + 1)] += above * each;
        }
    }

    /** The part of a histogram that lies elsewhere than before: of brightness, or on average of the colours if that is more. */
    private float change() {
        float[] moved = new float[3];
        for (int i = 0; i < now.length; i++) {
            moved[i / BINS] += Math.abs(now[i] - before[i]) / 2;
        }
        return Math.max(moved[0], (moved[1] + moved[2]) / 2);
    }

    private void add(long ticks, float change) {
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
            changes = Arrays.copyOf(changes, 2 * count);
        }
        times[count] = ticks;
        changes[count] = change;
        count++;
    }

    /** Times of the first frames of shots but the first, among the frames seen. */
    long[] cuts() {
        long[] cuts = new long[count];
        int found = 0;
        for (int i = 1; i < count; i++) {
            if (changes[i] >= LEAST && changes[i] >= PEAK * largestAround(i)) {
                cuts[found++] = times[i];
            }
        }
        return Arrays.copyOf(cuts, found);
    }

    private float largestAround(int i) {
        float largest = 0;
        for (int j = Math.max(1, i - AROUND); j <= Math.min(count - 1, i + AROUND); j++) {
            if (j != i) {
                largest = Math.max(largest, changes[j]);
            }
        }
        return largest;
    }

    /** Forgets all frames. */
    void clear() {
        count = 0;
    }

    private void free() {
        if (context != null) {
            sws_freeContext(context);
            context = null;
        }
    }

    @Override
    public void close() {
        free();
        av_frame_free(small);
        av_frame_free(fetched);
    }
}
