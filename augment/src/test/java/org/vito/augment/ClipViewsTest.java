package org.vito.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vito.augment.AugmentBenchmark.Source;
import org.vito.augment.AugmentBenchmark.Variant;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;

class ClipViewsTest {
    private static final AugmentSettings SETTINGS = AugmentSettings.from(
            ConfigFactory.parseString("vito.augment.size = 32").withFallback(ConfigFactory.load()));

    private static Clip clip() {
        return clip(5);
    }

    private static Clip clip(int frames) {
        Clip.Builder clip = Clip.newBuilder().setClipId("v@0").setVideoId("v").setLengthUs(2_560_000);
        for (int i = 0; i < frames; i++) {
            byte[] pixels = ViewTransformTest.frame(60, 44, new Random(i));
            clip.addFrames(Frame.newBuilder()
                    .setPtsUs(i * 400_000L)
                    .setJpeg(ByteString.copyFrom(Images.jpeg(60, 44, pixels, 90))));
        }
        return clip.build();
    }

    @Test
    void viewsAreTheLearnersAndTheirWordsMakeThemAgain() {
        Clip clip = clip();
        ByteBuffer expected = ByteBuffer.allocate(3 * SETTINGS.viewBytes());
        try (ClipViews views = new ClipViews(SETTINGS, 7);
                ClipAugmenter augmenter = new ClipAugmenter(SETTINGS, 7)) {
            assertThat(augmenter.augment(new ClipBatch.Example(clip, 2, 1, 5), 0, 1, expected))
                    .isTrue();
            List<ClipViews.View> made = views.of(clip, 2);
            assertThat(made).hasSize(3);
            for (int view = 0; view < 3; view++) {
                ClipViews.View one = made.get(view);
                assertThat(one.picture().rgb())
                        .isEqualTo(ByteString.copyFrom(
                                expected.array(), view * SETTINGS.viewBytes(), SETTINGS.viewBytes()));
                assertThat(one.source())
                        .isEqualTo(Images.decodeRgb(
                                clip.getFrames(one.frame()).getJpeg().toByteArray()));
                assertThat(one.words().get(0))
                        .startsWith("crop %d × %d at (%d, %d)".formatted(one.width(), one.height(), one.x(), one.y()));
            }
            assertThat(views.of(clip, 3)).isNotEqualTo(made);
        }
    }

    @Test
    void aFrameThatSeveralViewsAreMadeOfIsDecodedOnce() {
        assertThat(decodings("marginal", 5)).isEqualTo(3);
        assertThat(decodings("marginal", 2)).isEqualTo(2);
        assertThat(decodings("marginal", 1)).isEqualTo(1);
        assertThat(decodings("same", 5)).isEqualTo(1);
    }

    /** How often something is decoded for three views of a clip of so many frames. */
    private static long decodings(String sampling, int frames) {
        AugmentSettings settings = AugmentSettings.from(
                ConfigFactory.parseString("vito.augment { size = 32, sampling = " + sampling + " }")
                        .withFallback(ConfigFactory.load()));
        ByteBuffer out = ByteBuffer.allocate(3 * settings.viewBytes());
        long[] decodings = new long[1];
        int[] views = new int[1];
        try (ClipAugmenter augmenter = new ClipAugmenter(settings, 7)) {
            augmenter.augment(new ClipBatch.Example(clip(frames), 2, 1, 5), 0, 1, out, (view, frame, decoder, draw) -> {
                decodings[0] = decoder.decoded();
                views[0]++;
            });
        }
        assertThat(views[0]).isEqualTo(3);
        return decodings[0];
    }

    @Test
    void aClipWithoutAFrameIsNamed() {
        try (ClipViews views = new ClipViews(SETTINGS, 7)) {
            assertThatThrownBy(() -> views.of(Clip.newBuilder().setClipId("v@0").build(), 0))
                    .hasMessageContaining("clip v@0 has no frame that decodes");
        }
    }

    @Test
    void theBenchmarkMeasuresWhatItIsAskedTo() {
        Images.Picture frame =
                new Images.Picture(60, 44, ByteString.copyFrom(ViewTransformTest.frame(60, 44, new Random(1))));
        Variant raw = new Variant(Source.RAW, 1, JitterDefinition.BYOL);
        Variant jpeg = new Variant(Source.JPEG, 2, JitterDefinition.TORCHVISION);
        AugmentBenchmark.Result result = AugmentBenchmark.run(
                SETTINGS,
                List.of(frame),
                new AugmentBenchmark.Plan(List.of(raw, jpeg), 2, 0.05),
                (round, variant, rate) -> {});
        assertThat(result.rates()).extracting(AugmentBenchmark.Rate::variant).containsExactly(raw, jpeg);
        assertThat(result.rates()).allMatch(rate -> rate.runs().size() == 2 && rate.median() > 0);
        assertThat(result.stages())
                .extracting(AugmentBenchmark.StageTime::stage)
                .containsExactly("decode", "resize", "colour", "blur", "write");
        assertThat(result.stages()).allMatch(stage -> stage.microseconds() > 0);
    }
}
