package org.vito.decode.child;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.SampleRequest;
import org.vito.decode.child.v1.Sampled;
import org.vito.decode.child.v1.SampledFrame;
import org.vito.decode.child.v1.SampledWindow;
import org.vito.decode.child.v1.Window;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Takes, of one video, the frames nearest to the wanted times of many windows, or the first frames, in one pass forwards. */
final class SamplingPass {
    // The decode plan. Decoding is the price of everything here, so each frame is decoded at most once and as few
    // as can be. The wanted times of all windows are sorted; the reader's position only moves forwards. From the
    // position to the next wanted time there are two ways: decode on, or go to the last keyframe that is presented
    // at or before it. Where keyframes are, the container's index tells, in decoding time (the first of them and
    // the first decoded frame tell how far presentation lags behind that), or else a pass over the packets. A jump
    // pays as soon as it skips a frame or two that the decoder has not had: emptying it and finding the packet
    // cost less than a frame. So a group of pictures with a wanted time in it is decoded once, up to the last time
    // wanted of it, without what nobody asked for or refers to (SkipRule), and one without is never touched. Where
    // the index lies (a seek lands behind the wanted time, or not ahead of the position) the file is read from the
    // start without jumps: slower, never wrong.
    //
    // A frame is the nearest to a wanted time if no other frame's presentation time is closer; of two equally near
    // the earlier. That is decided when a frame at or past the wanted time is at hand, or as soon as the times of
    // packets tell that none which follows can be nearer, in exact fractions of seconds. Times count from the first
    // frame that decodes. A wanted time after the last frame takes the last frame as long as that is still being
    // shown; later ones make their window incomplete, and it is reported instead of filled with repeats.

    private static final long HEADING_NANOS =
            20_000_000; // between telling where it is about to be, which wakes the parent

    private final Request request;
    private final SampleRequest sample;
    private final LongConsumer heading;
    private final Consumer<SampledWindow> finished;
    private final SampledWindow.Builder[] windows;
    private final List<Integer> incomplete = new ArrayList<>();
    private @Nullable SampledFrame taken;
    private long lastNumber = -1;
    private long spannedFrames;
    private long toldNanos;
    private boolean told;

    private record Wanted(long us, int window) {}

    private SamplingPass(Request request, LongConsumer heading, Consumer<SampledWindow> finished) {
        this.request = request;
        this.heading = heading;
        this.sample = request.getSample();
        this.finished = finished;
        this.windows = new SampledWindow.Builder[sample.getWindowsCount()];
    }

    /**
     * Runs the request; wanted times go to {@code heading} before their frames are looked for, the first one and then at most one
     * in 20 ms, and each window to {@code finished} as soon as it is complete.
     */
    static Sampled run(Request request, LongConsumer heading, Consumer<SampledWindow> finished) {
        return new SamplingPass(request, heading, finished).run();
    }

    private Sampled run() {
        try (FrameReader reader = FrameReader.open(request);
                JpegEncoder encoder =
                        JpegEncoder.forVideo(reader.input(), sample.getShortSide(), sample.getQuality())) {
            takeFirst(reader, encoder);
            boolean reachable = true;
            for (Wanted wanted : plan()) {
                if (reachable) {
                    tell(wanted.us());
                    reachable = within(reader, wanted.us());
                }
                if (reachable) {
                    take(reader, encoder, wanted);
                } else if (!incomplete.contains(wanted.window())) {
                    incomplete.add(wanted.window());
                }
            }
            return Sampled.newBuilder()
                    .setDecodedFrames(reader.decodedFrames())
                    .setSeeks(reader.seeks())
                    .addAllIncomplete(incomplete)
                    .setEndUs(reader.endUs())
                    .setSpannedFrames(spannedFrames)
                    .addAllLost(reader.lost())
                    .addAllCutsUs(reader.cutsUs())
                    .build();
        }
    }

    private void takeFirst(FrameReader reader, JpegEncoder encoder) {
        for (int i = 0; i < sample.getFirst() && (i == 0 || reader.advance()); i++) {
            long us = reader.latestUs();
            tell(us);
            finished.accept(SampledWindow.newBuilder()
                    .setIndex(i)
                    .setWidth(encoder.width())
                    .setHeight(encoder.height())
                    .addFrames(sampled(reader.latest(), us, encoder).setWantedUs(us))
                    .build());
        }
    }

    private void tell(long us) {
        long now = System.nanoTime();
        if (!told || now - toldNanos >= HEADING_NANOS) {
            heading.accept(us);
            toldNanos = now;
            told = true;
        }
    }

    private List<Wanted> plan() {
        List<Wanted> all = new ArrayList<>();
        for (int w = 0; w < windows.length; w++) {
            windows[w] = SampledWindow.newBuilder().setIndex(w);
            Window window = sample.getWindows(w);
            for (long us : window.getWantedUsList()) {
                if (us < 0) {
                    throw new VitoException(Reason.INTERNAL, "wanted time %d us is before the video".formatted(us));
                }
                all.add(new Wanted(us, w));
            }
        }
        all.sort((a, b) -> Long.compare(a.us(), b.us()));
        return all;
    }

    private static boolean within(FrameReader reader, long us) {
        return reader.reach(us) || us < reader.endUs() + reader.frameUs() / 2;
    }

    private void take(FrameReader reader, JpegEncoder encoder, Wanted wanted) {
        long us = reader.nearestUs(wanted.us());
        if (taken == null || us != taken.getPtsUs()) {
            taken = frame(reader, encoder, wanted, us);
        }
        SampledWindow.Builder window = windows[wanted.window()];
        window.addFrames(taken.toBuilder().setWantedUs(wanted.us()));
        if (window.getFramesCount() == sample.getWindows(wanted.window()).getWantedUsCount()) {
            finished.accept(
                    window.setWidth(encoder.width()).setHeight(encoder.height()).build());
            window.clearFrames();
        }
    }

    private SampledFrame frame(FrameReader reader, JpegEncoder encoder, Wanted wanted, long us) {
        SampledFrame.Builder frame = sampled(reader.nearest(wanted.us()), us, encoder);
        if (sample.getNumbered()) {
            long number = reader.nearestNumber(wanted.us());
            long first = Math.max(reader.nearestKeyNumber(wanted.us()), lastNumber + 1);
            spannedFrames += number - first + 1;
            lastNumber = number;
            frame.setNumber(number);
        }
        return frame.build();
    }

    private static SampledFrame.Builder sampled(AVFrame frame, long us, JpegEncoder encoder) {
        return SampledFrame.newBuilder()
                .setPtsUs(us)
                .setJpeg(UnsafeByteOperations.unsafeWrap(encoder.encode(frame))) // an array of its own
                .setKey(FrameFlags.key(frame))
                .setInterlaced(FrameFlags.interlaced(frame))
                .setDamaged(FrameFlags.damaged(frame));
    }
}
