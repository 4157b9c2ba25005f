package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Scanner;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.assertj.core.data.Offset;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vito.decode.child.v1.Limits;
import org.vito.decode.child.v1.Request;

/**
 * Every frame that the reader takes is the nearest one: 10,000 random draws over clips in every codec of the allow-list, in
 * which each frame shows its number. What is nearest is worked out from a pass that decodes everything in order, whose times
 * are checked in turn: against those that the clip was made with, and against what ffprobe says.
 */
class ExactFramesTest {
    private static final int DRAWS = 10_000;
    private static final int DRAWS_OF_A_CLUSTER = 5;

    @TempDir
    private static Path dir;

    /** Clips that are made here, and clips in {@code resources/clips} of codecs that the bundled libav cannot write so. */
    @SuppressWarnings("ImmutableEnumChecker") // clips are described once and then only read
    enum Clip {
        H264_MP4(new MadeClip("mp4", "libopenh264")),
        H264_TS(new MadeClip("mpegts", "libopenh264")),
        H264_OPEN_GROUPS("h264-open-gop.mp4"),
        H264_OPEN_GROUPS_TS("h264-open-gop.ts"),
        H264_INTRA_REFRESH("h264-refresh.mkv"),
        H264_INTERLACED("h264-interlaced.mp4"),
        HEVC_OPEN_GROUPS("hevc-open-gop.mp4"),
        HEVC_MATROSKA("hevc-open-gop.mkv"),
        THEORA("theora.ogv"),
        AV1_MP4(new MadeClip("mp4", "libaom-av1").option("usage", "realtime").option("cpu-used", "8")),
        AV1_WEBM(new MadeClip("webm", "libaom-av1").option("usage", "realtime").option("cpu-used", "8")),
        VP8_WEBM(new MadeClip("webm", "libvpx").option("deadline", "realtime")),
        VP8_ALTREF(new MadeClip("webm", "libvpx").option("auto-alt-ref", "1").option("lag-in-frames", "16")),
        VP8_OGG(new MadeClip("ogg", "libvpx").option("deadline", "realtime")),
        VP9_WEBM(new MadeClip("webm", "libvpx-vp9")
                .option("deadline", "realtime")
                .option("cpu-used", "8")),
        VP9_444(new MadeClip("matroska", "libvpx-vp9")
                .format(AV_PIX_FMT_YUV444P, AVCOL_RANGE_MPEG)
                .option("deadline", "realtime")
                .option("cpu-used", "8")),
        MPEG1_PS(new MadeClip("mpeg", "mpeg1video").groups(12, 2)), // whose times libav tells wrongly, see below
        MPEG2_PS(new MadeClip("vob", "mpeg2video").groups(15, 2)),
        MPEG2_TS(new MadeClip("mpegts", "mpeg2video").groups(15, 2)),
        MPEG2_MP4(new MadeClip("mp4", "mpeg2video").groups(15, 2)),
        MPEG2_422_INTERLACED(new MadeClip("matroska", "mpeg2video")
                .format(AV_PIX_FMT_YUV422P, AVCOL_RANGE_MPEG)
                .groups(15, 2)
                .interlaced()),
        MPEG4_MP4(new MadeClip("mp4", "mpeg4").groups(12, 0)),
        MPEG4_MOV_B(new MadeClip("mov", "mpeg4").groups(40, 3)),
        MPEG4_TS_B(new MadeClip("mpegts", "mpeg4").groups(25, 2)),
        MPEG4_AVI(new MadeClip("avi", "mpeg4").groups(25, 0)),
        MPEG4_AVI_B(new MadeClip("avi", "mpeg4").groups(25, 2)),
        MPEG4_VARIABLE(new MadeClip("mp4", "mpeg4").groups(20, 2).times(1, 1000, Clip::variable)),
        MPEG4_CUT_BY_EDIT_LIST(new MadeClip("mp4", "mpeg4").groups(20, 2).times(1, 1000, i -> i * 40L - 500)),
        MPEG4_LATE(new MadeClip("matroska", "mpeg4").groups(20, 2).times(1, 1000, i -> i * 40L + 1500)),
        MPEG4_FRAGMENTS(new MadeClip("ismv", "mpeg4").groups(20, 2)),
        MSMPEG4V2(new MadeClip("avi", "msmpeg4v2")),
        MSMPEG4V3(new MadeClip("avi", "msmpeg4")),
        H263(new MadeClip("avi", "h263")),
        FLV1(new MadeClip("flv", "flv").times(1, 1000, i -> i * 40L)),
        MJPEG_MP4(new MadeClip("mp4", "mjpeg").format(AV_PIX_FMT_YUVJ422P, AVCOL_RANGE_JPEG)),
        MJPEG_AVI(new MadeClip("avi", "mjpeg").format(AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG)),
        MJPEG_VARIABLE(new MadeClip("matroska", "mjpeg")
                .format(AV_PIX_FMT_YUVJ444P, AVCOL_RANGE_JPEG)
                .times(1, 1000, Clip::variable)),
        FFV1_ALPHA(new MadeClip("matroska", "ffv1").format(AV_PIX_FMT_YUVA420P, AVCOL_RANGE_MPEG)),
        FFV1_420_10(new MadeClip("avi", "ffv1").format(AV_PIX_FMT_YUV420P10LE, AVCOL_RANGE_MPEG)),
        FFV1_RGB(new MadeClip("matroska", "ffv1").format(AV_PIX_FMT_BGR0, AVCOL_RANGE_JPEG)),
        FFV1_ODD(new MadeClip("matroska", "ffv1").size(127, 95));

        private final @Nullable MadeClip made;
        private final String resource;

        Clip(MadeClip made) {
            this.made = made;
            this.resource = "";
        }

        Clip(String resource) {
            this.made = null;
            this.resource = resource;
        }

        private static long variable(int frame) {
            return frame * 40L + frame % 7 * 5L + frame / 50 * 400L;
        }

        /** The clip as a file in {@code directory}, which is made if it is not there. */
        Path write(Path directory) throws IOException {
            Path file = directory.resolve(name());
            if (Files.exists(file)) {
                return file;
            }
            if (made != null) {
                return made.write(file);
            }
            try (InputStream in = ExactFramesTest.class.getResourceAsStream("/clips/" + resource)) {
                Files.copy(in, file);
            }
            return file;
        }

        /** When frame {@code number} is presented, in microseconds from frame 0. */
        long us(int number) {
            return made == null
                    ? number * 40_000L
                    : Math.round((made.pts.applyAsLong(number) - made.pts.applyAsLong(0))
                            * 1e6
                            * made.unitNumerator
                            / made.unitDenominator);
        }
    }

    private record Shown(long ticks, int number) {}

    /** Without a clip none of the codecs would be known to work. */
    @Test
    void everyCodecAndContainerOfTheAllowListHasAClip() throws IOException {
        Set<String> codecs = new TreeSet<>();
        Set<String> containers = new TreeSet<>();
        for (Clip clip : Clip.values()) {
            try (VideoInput input = VideoInput.open(TestRequests.of(clip.write(dir)))) {
                codecs.add(input.codecName());
                containers.add(input.container().name());
            }
        }
        Limits limits = TestRequests.of(dir).getLimits();
        assertThat(codecs).containsExactlyInAnyOrderElementsOf(limits.getCodecsList());
        assertThat(containers).containsExactlyInAnyOrderElementsOf(limits.getContainersList());
    }

    @ParameterizedTest
    @EnumSource
    void takesTheNearestFrame(Clip clip) throws IOException {
        Libav.load();
        Request request = TestRequests.of(clip.write(dir));
        List<Shown> all = inOrder(request);
        checkTimes(clip, request, all);
        assertThat(told(request)).as("times, as ffprobe tells them").isEqualTo(ffprobe(clip));
        SplittableRandom random = new SplittableRandom(clip.name().hashCode());
        int draws = 0;
        while (draws < (DRAWS + Clip.values().length - 1) / Clip.values().length) {
            draws += draw(request, all, random);
        }
    }

    /** All frames that have a time, decoded one after the other with nothing left out. */
    private static List<Shown> inOrder(Request request) {
        List<Shown> all = new ArrayList<>();
        AVFrame frame = av_frame_alloc();
        try (VideoInput input = VideoInput.open(request)) {
            FrameClock clock = new FrameClock(input.frameTicks());
            while (input.next(frame)) {
                long ticks = all.isEmpty() ? clock.firstTime(frame) : clock.time(frame);
                if (ticks != Libav.NO_TIME) {
                    all.add(new Shown(ticks, Samples.number(frame)));
                }
            }
        } finally {
            av_frame_free(frame);
        }
        return all;
    }

    /** The time of every frame as the decoder tells it, or NO_TIME. */
    private static List<Long> told(Request request) {
        List<Long> times = new ArrayList<>();
        AVFrame frame = av_frame_alloc();
        try (VideoInput input = VideoInput.open(request)) {
            while (input.next(frame)) {
                times.add(frame.best_effort_timestamp());
            }
        } finally {
            av_frame_free(frame);
        }
        return times;
    }

    private static List<Long> ffprobe(Clip clip) throws IOException {
        try (InputStream in = ExactFramesTest.class.getResourceAsStream("/clips/ffprobe-times.txt")) {
            String line = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> l.startsWith(clip.name() + " "))
                    .findFirst()
                    .orElseThrow();
            Scanner words = new Scanner(line.substring(clip.name().length()));
            List<Long> times = new ArrayList<>(List.of(words.nextLong()));
            while (words.hasNext()) {
                String run = words.next();
                int star = run.indexOf('*');
                String step = star < 0 ? run : run.substring(0, star);
                for (int n = star < 0 ? 1 : Integer.parseInt(run.substring(star + 1)); n > 0; n--) {
                    times.add(step.equals("?") ? Libav.NO_TIME : times.get(times.size() - 1) + Long.parseLong(step));
                }
            }
            return times;
        }
    }

    private static void checkTimes(Clip clip, Request request, List<Shown> all) {
        assertThat(all).hasSizeBetween(130, 150); // an edit list or a codec may cut some off
        if (clip == Clip.MPEG1_PS) {
            return; // libav, and so ffprobe, has frames 94 and 95 at the times of 96 and 97 too: they are passed over
        }
        try (VideoInput input = VideoInput.open(request)) {
            Shown first = all.get(0);
            long tick = Math.max(1, input.timeBase().micros(1));
            for (int i = 0; i < all.size(); i++) {
                Shown shown = all.get(i);
                assertThat(shown.number()).as("frame %d", i).isEqualTo(first.number() + i);
                assertThat(input.timeBase().micros(shown.ticks() - first.ticks()))
                        .as("time of frame %d", i)
                        .isCloseTo(clip.us(shown.number()) - clip.us(first.number()), Offset.offset(tick));
            }
        }
    }

    /** Two clusters of wanted times, so that a reader both decodes on and jumps. @return how many were drawn */
    private static int draw(Request request, List<Shown> all, SplittableRandom random) {
        try (FrameReader reader = FrameReader.open(request)) {
            TimeBase base = reader.input().timeBase();
            long origin = all.get(0).ticks();
            long last = base.micros(all.get(all.size() - 1).ticks() - origin);
            long[] wanted = new long[2 * DRAWS_OF_A_CLUSTER];
            for (int i = 0; i < wanted.length; i++) {
                long from = i % DRAWS_OF_A_CLUSTER == 0 ? random.nextLong(last) : wanted[i - i % DRAWS_OF_A_CLUSTER];
                wanted[i] = Math.min(last, from + random.nextLong(500_000));
            }
            Arrays.sort(wanted);
            for (long us : wanted) {
                assertThat(reader.reach(us)).as("%d us is within", us).isTrue();
                Shown nearest = nearest(all, base, us);
                assertThat(Samples.number(reader.nearest(us)))
                        .as("frame at %d us of %s", us, Arrays.toString(wanted))
                        .isEqualTo(nearest.number());
                assertThat(reader.nearestUs(us)).isEqualTo(base.micros(nearest.ticks() - origin));
            }
            return wanted.length;
        }
    }

    private static Shown nearest(List<Shown> all, TimeBase base, long us) {
        Shown best = all.get(0);
        for (Shown shown : all) {
            if (distance(shown, all, base, us) < distance(best, all, base, us)) { // of two the earlier
                best = shown;
            }
        }
        return best;
    }

    /** In units of 1 / denominator microseconds: exact. */
    private static long distance(Shown shown, List<Shown> all, TimeBase base, long us) {
        return Math.abs((shown.ticks() - all.get(0).ticks()) * base.numerator() * 1_000_000 - us * base.denominator());
    }
}
