package org.vito.decode.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.decode.child.v1.Hardware;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.SampleRequest;
import org.vito.decode.child.v1.Sampled;
import org.vito.decode.child.v1.SampledFrame;
import org.vito.decode.child.v1.SampledWindow;
import org.vito.decode.child.v1.Window;
import org.vito.protocol.VitoException;

/** What reading costs, what it refuses and what it tells of frames. */
class ReadingTest {
    private static final int ALL = 150;
    private static final long FRAME_US = 40_000;

    @TempDir
    private static Path dir;

    private static Request request(ExactFramesTest.Clip clip) throws IOException {
        Libav.load();
        return TestRequests.of(clip.write(dir));
    }

    private record Result(List<SampledWindow> windows, Sampled sampled) {}

    private static Result sample(Request request, SampleRequest.Builder sample) {
        List<SampledWindow> windows = new ArrayList<>();
        Sampled sampled = SamplingPass.run(
                request.toBuilder()
                        .setSample(sample.setShortSide(96).setQuality(92))
                        .build(),
                timeUs -> {},
                windows::add);
        return new Result(windows, sampled);
    }

    private static Window at(long... us) {
        Window.Builder window = Window.newBuilder();
        for (long one : us) {
            window.addWantedUs(one);
        }
        return window.build();
    }

    /**
     * A frame needs those of its group of pictures up to it, but for B-frames that nothing refers to; the first frame of the
     * file, from which times count, is decoded beside. The first jump in an mp4 file with B-frames learns how far presentation
     * lags behind, and costs a second one.
     */
    @ParameterizedTest
    @CsvSource({
        "H264_OPEN_GROUPS, 89, 2, 19",
        "HEVC_OPEN_GROUPS, 89, 2, 17",
        "MPEG4_MOV_B, 119, 2, 13",
        "MJPEG_MP4, 110, 1, 2",
        "H264_OPEN_GROUPS_TS, 95, 1, 7", // no index, so its packets are read instead
        "MPEG2_PS, 140, 1, 7",
        "THEORA, 121, 1, 3",
        "FLV1, 127, 1, 4",
        "MPEG4_AVI_B, 128, 1, 7",
        "AV1_WEBM, 101, 1, 3",
    })
    void decodesLittleMoreThanItMust(ExactFramesTest.Clip clip, int frame, int seeks, int most) throws IOException {
        Result result = sample(request(clip), SampleRequest.newBuilder().addWindows(at(frame * FRAME_US)));
        assertThat(result.windows()).hasSize(1);
        assertThat(result.windows().get(0).getFrames(0).getPtsUs()).isEqualTo(frame * FRAME_US);
        assertThat(result.sampled().getSeeks()).isEqualTo(seeks);
        assertThat(result.sampled().getDecodedFrames()).isLessThanOrEqualTo(most);
    }

    /** Keyframes are 12, 40 and 25 frames apart. */
    @ParameterizedTest
    @CsvSource({
        "MPEG4_MP4, 20, 26, 2, 13", // 0, 12 to 20, 24 to 26
        "MPEG4_MP4, 20, 23, 1, 13", // no keyframe between
        "MPEG4_MP4, 23, 24, 1, 14", // nothing to be saved
        "MPEG4_MOV_B, 35, 41, 0, 42", // the keyframe at 40 is decoded before the B-frames from 37 on
        "MPEG4_AVI, 20, 27, 1, 24", // 0 to 20, 25 to 27
    })
    void theEndOfAGroupOfPicturesIsLeftOutIfNothingOfItIsWanted(
            ExactFramesTest.Clip clip, int one, int other, int seeks, int most) throws IOException {
        Result result =
                sample(request(clip), SampleRequest.newBuilder().addWindows(at(one * FRAME_US, other * FRAME_US)));
        assertThat(result.windows().get(0).getFramesList())
                .extracting(SampledFrame::getPtsUs)
                .containsExactly(one * FRAME_US, other * FRAME_US);
        assertThat(result.sampled().getSeeks()).isEqualTo(seeks);
        assertThat(result.sampled().getDecodedFrames()).isLessThanOrEqualTo(most);
    }

    /** Frames are 40 ms apart; that the one after the nearest is further away its packet tells. */
    @ParameterizedTest
    @CsvSource({
        "MPEG4_MP4, 800000, 20, 10", // 0, 12 to 20
        "MPEG4_MP4, 800001, 20, 10",
        "MPEG4_MP4, 820000, 20, 10", // of two equally near the earlier
        "MPEG4_MP4, 820001, 21, 11",
        "MJPEG_MP4, 820000, 20, 2",
        "MPEG4_AVI, 800000, 20, 21", // 0 to 20
        "MPEG4_AVI, 800001, 20, 22", // which AVI does not tell
    })
    void noFrameIsDecodedOnlyToKnowThatItIsFurtherAway(ExactFramesTest.Clip clip, long us, int frame, int decoded)
            throws IOException {
        Result result = sample(request(clip), SampleRequest.newBuilder().addWindows(at(us)));
        assertThat(result.windows().get(0).getFrames(0).getPtsUs()).isEqualTo(frame * FRAME_US);
        assertThat(result.sampled().getDecodedFrames()).isEqualTo(decoded);
    }

    @Test
    void timesOutsideTheVideoAreRefusedNotClamped() throws IOException {
        Request request = request(ExactFramesTest.Clip.H264_OPEN_GROUPS);
        long end = ALL * FRAME_US;
        Result result = sample(
                request,
                SampleRequest.newBuilder()
                        .addWindows(at(0, end + FRAME_US))
                        .addWindows(at(end - FRAME_US, end - 1))
                        .addWindows(at(end + 60_000_000)));
        assertThat(result.windows()).extracting(SampledWindow::getIndex).containsExactly(1);
        assertThat(result.windows().get(0).getFramesList())
                .extracting(SampledFrame::getPtsUs)
                .containsOnly(end - FRAME_US);
        assertThat(result.sampled().getIncompleteList()).containsExactly(0, 2);
        assertThat(result.sampled().getEndUs()).isEqualTo(end);
        assertThatThrownBy(() -> sample(request, SampleRequest.newBuilder().addWindows(at(-1))))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("-1 us is before the video");
    }

    @ParameterizedTest
    @CsvSource({
        "H264_OPEN_GROUPS, false",
        "H264_OPEN_GROUPS_TS, false",
        "MPEG2_422_INTERLACED, true",
        "H264_INTERLACED, true"
    })
    void tellsNumbersAndFlags(ExactFramesTest.Clip clip, boolean interlaced) throws IOException {
        SampleRequest.Builder sample =
                SampleRequest.newBuilder().setNumbered(true).addWindows(at(0, FRAME_US * 7, FRAME_US * 133));
        SampledWindow window = sample(request(clip), sample).windows().get(0);
        assertThat(window.getFramesList()).extracting(SampledFrame::getNumber).containsExactly(0L, 7L, 133L);
        assertThat(window.getFramesList()).allSatisfy(frame -> {
            assertThat(frame.getInterlaced()).isEqualTo(interlaced);
            assertThat(frame.getDamaged()).isFalse();
        });
        assertThat(window.getFrames(0).getKey()).isTrue();
        assertThat(window.getFrames(2).getKey()).isFalse();
    }

    /** Where there is a card, this decodes on it instead; both give the frame. */
    @Test
    void hardwareThatIsNotThereIsDoneWithout() throws IOException {
        Request request = request(ExactFramesTest.Clip.H264_OPEN_GROUPS).toBuilder()
                .setHardware(Hardware.HARDWARE_CUDA)
                .build();
        try (FrameReader reader = FrameReader.open(request)) {
            assertThat(reader.reach(52 * FRAME_US)).isTrue();
            AVFrame fetched = av_frame_alloc();
            assertThat(Samples.number(HardwareDecoding.fetched(reader.nearest(52 * FRAME_US), fetched)))
                    .isEqualTo(52);
            av_frame_free(fetched);
        }
    }
}
