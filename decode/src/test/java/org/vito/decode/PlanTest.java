package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** Segments, windows, draws and settings: everything that is decided before a byte is decoded. */
class PlanTest {
    private static DecodeSettings settings(String overrides) {
        return DecodeSettings.from(ConfigFactory.parseString(overrides).withFallback(ConfigFactory.load()));
    }

    private static CurationDecision video(long durationUs, double rate) {
        return CurationDecision.newBuilder()
                .setVideoId("v")
                .setAccepted(true)
                .setVideo(StoredVideo.newBuilder().setDurationUs(durationUs).setFramesPerSecond(rate))
                .build();
    }

    private static List<Long> starts(CurationDecision video, DecodeSettings settings) {
        List<Long> starts = new ArrayList<>();
        for (DecodeSegment segment : SegmentPlan.of(video, settings)) {
            List<ClipWindow> windows = ClipWindow.of(segment, settings);
            assertThat(windows).as("no segment is empty").isNotEmpty();
            windows.forEach(window -> starts.add(window.startUs()));
        }
        return starts;
    }

    @Test
    void everyWholeWindowLiesInExactlyOneSegment() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 300; i++) {
            long stride = 100_000L + random.nextInt(5_000_000);
            long length = 100_000L + random.nextInt(5_000_000);
            DecodeSettings s = settings(
                    "vito.decode { window { stride = %d us, length = %d us, frames-per-clip = 1 }, segment-length = %d us }"
                            .formatted(stride, length, 50_000 + random.nextInt(90_000_000)));
            long duration = length + random.nextInt(400_000_000);
            List<Long> expected = new ArrayList<>();
            for (long start = 0; start + length <= duration; start += stride) {
                expected.add(start);
            }
            assertThat(starts(video(duration, 0), s)).isEqualTo(expected);
        }
    }

    @Test
    void ofChosenWindowsEachLiesInExactlyOneSegmentAndNoSegmentIsEmpty() {
        DecodeSettings s = settings("vito.decode { window.per-video = 7, segment-length = 20 seconds }");
        CurationDecision video = video(3_600_000_000L, 25);
        List<DecodeSegment> segments = SegmentPlan.of(video, s);
        assertThat(segments).hasSizeBetween(2, 7).allMatch(segment -> segment.getCount() == segments.size());
        assertThat(segments).extracting(DecodeSegment::getIndex).isSorted().doesNotHaveDuplicates();
        assertThat(starts(video, s)).hasSize(7).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aWindowMayLackHalfAFrameAtTheEndForRounding() {
        DecodeSettings s = settings("");
        assertThat(starts(video(2_560_000, 25), s)).containsExactly(0L);
        assertThat(starts(video(2_541_000, 25), s)).containsExactly(0L);
        assertThatThrownBy(() -> SegmentPlan.of(video(2_539_000, 25), s))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SHORT));
    }

    @Test
    void drawsAreUniformOverTheWindowAndDependOnSeedAndClipAlone() {
        DecodeSettings s = settings("vito.decode.window.frames-per-clip = 1000");
        DecodeSegment segment = SegmentPlan.of(video(6_000_000, 25), s).get(0);
        ClipWindow second = ClipWindow.of(segment, s).get(1);
        assertThat(second.clipId()).isEqualTo("v@2560000");
        assertThat(second.wantedUs()).isSorted().allMatch(us -> us >= 2_560_000 && us < 5_120_000);
        double mean =
                second.wantedUs().stream().mapToLong(Long::longValue).average().orElseThrow();
        assertThat(mean).isBetween(3_840_000 - 100_000.0, 3_840_000 + 100_000.0); // 4 standard errors
        for (int tenth = 0; tenth < 10; tenth++) {
            long low = 2_560_000 + tenth * 256_000L;
            assertThat(second.wantedUs().stream()
                            .filter(us -> us >= low && us < low + 256_000)
                            .count())
                    .isBetween(60L, 140L);
        }
        assertThat(ClipWindow.of(segment, s).get(1)).isEqualTo(second);
        DecodeSettings other = settings("vito.decode { window.frames-per-clip = 1000, seed = 1 }");
        assertThat(ClipWindow.of(segment, other).get(1).wantedUs()).isNotEqualTo(second.wantedUs());
    }

    @Test
    void settingsAreReadAndBadOnesNamed() {
        DecodeSettings s = settings("");
        assertThat(s.children()).isPositive();
        assertThat(s.window())
                .isEqualTo(new DecodeSettings.Window(
                        2_560_000, 2_560_000, 0, DecodeSettings.Keep.DRAWS, 8, 12.5, DecodeSettings.ShotCuts.KEEP));
        assertThat(s.segmentUs()).isEqualTo(60_000_000);
        assertThat(s.limits().codecs()).contains("h264", "vp9");
        assertThatThrownBy(() -> settings("vito.decode.frame.quality = 0"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.decode.frame.quality = 0");
        assertThatThrownBy(() -> settings("vito.decode.window.length = 0 s"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("vito.decode.window.length");
    }

    @ParameterizedTest
    @EnumSource(ChildState.class)
    void aKilledProcessStaysKilledAndEveryOtherCanBeKilled(ChildState state) {
        assertThat(ChildState.KILLED.mayBecome(state)).isFalse();
        assertThat(state.mayBecome(ChildState.STARTING)).isFalse();
        assertThat(state.mayBecome(state)).isFalse();
        if (state != ChildState.KILLED) {
            assertThat(state.become(ChildState.KILLED)).isEqualTo(ChildState.KILLED);
        }
        assertThatThrownBy(() -> state.become(ChildState.STARTING)).isInstanceOf(IllegalStateException.class);
    }
}
