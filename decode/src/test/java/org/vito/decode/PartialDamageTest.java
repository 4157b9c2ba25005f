package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.LostSpan;

/** What remains of videos of 8 seconds, in windows of 640 ms, when bytes of them are overwritten. */
class PartialDamageTest {
    private static final Config CONFIG = ConfigFactory.parseString(
                    "vito.decode { children = 1, window { length = 640 milliseconds, stride = 640 milliseconds } }")
            .withFallback(ConfigFactory.load());
    private static final long WINDOW_US = 640_000;

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;
    private static LocalDecoders skip;
    private static LocalDecoders reject;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(CONFIG);
        skip = LocalDecoders.start(kit.system(), DecodeSettings.from(CONFIG));
        reject = LocalDecoders.start(
                kit.system(),
                DecodeSettings.from(
                        ConfigFactory.parseString("vito.decode.damage = reject").withFallback(CONFIG)));
    }

    @AfterAll
    static void stop() {
        skip.close();
        reject.close();
        kit.shutdownTestKit();
    }

    private static Path video(String container, String codec, int keyframes, int bFrames) throws Exception {
        return NumberedVideo.write(
                dir.resolve(container + codec + bFrames),
                NumberedVideo.format(container, codec, 25, keyframes),
                LibavVideoWriter.Extras.bFrames(bFrames),
                200,
                NumberedVideo.at(25));
    }

    private static DecodeSegment segment(Path file) throws Exception {
        return DecodersTest.segment(DecodersTest.await(skip.probe(file)), 0, 60_000_000);
    }

    /** Noise over a fiftieth of the file from its middle on. */
    private static Path overwritten(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < bytes.length / 50; i++) {
            bytes[bytes.length / 2 + i] = (byte) random.nextInt();
        }
        return Files.write(dir.resolve("overwritten-" + file.getFileName()), bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "mp4, mpeg4, 25, 2, 6-7",
        "mp4, mpeg4, 12, 0, 6-6",
        "mp4, libopenh264, 25, 0, 6-7",
        "matroska, mpeg4, 25, 2, 6-7",
        "mpegts, mpeg4, 25, 2, 6-7",
        "webm, libvpx-vp9, 25, 0, 7-7",
        "matroska, mjpeg, 1, 0, 6-6",
        "matroska, ffv1, 1, 0, 6-6",
        "avi, mjpeg, 1, 0, 6-6",
    })
    void whatIsSoundIsKeptAndTheRestIsTold(
            String container, String codec, int keyframes, int bFrames, String expectedLost) throws Exception {
        Path whole = video(container, codec, keyframes, bFrames);
        DecodeSegment segment = segment(whole);
        List<Clip> sound = DecodersTest.await(skip.decode(whole, segment));
        assertThat(sound).allSatisfy(clip -> assertThat(clip.getLostList()).isEmpty());

        Path damaged = overwritten(whole);
        List<Clip> kept = DecodersTest.await(skip.decode(damaged, segment));
        List<LostSpan> lost = kept.get(0).getLostList();
        assertThat(kept).allSatisfy(clip -> assertThat(clip.getLostList()).isEqualTo(lost));
        int first = Integer.parseInt(expectedLost.substring(0, expectedLost.indexOf('-')));
        int last = Integer.parseInt(expectedLost.substring(expectedLost.indexOf('-') + 1));
        assertThat(kept)
                .as("lost is %s", new LostSpans(lost))
                .map(clip -> clip.toBuilder().clearLost().build())
                .containsExactlyElementsOf(sound.stream()
                        .filter(clip -> clip.getStartUs() < first * WINDOW_US || clip.getStartUs() > last * WINDOW_US)
                        .toList());
        assertThat(lost).allSatisfy(span -> {
            assertThat(span.getStartUs()).isBetween(first * WINDOW_US - 50_000, (last + 1) * WINDOW_US);
            assertThat(span.getEndUs()).isBetween(span.getStartUs() + 1, (last + 1) * WINDOW_US + 50_000);
            assertThat(span.getReason()).isNotEmpty();
        });

        assertThatThrownBy(() -> DecodersTest.await(reject.decode(damaged, segment)))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_VIDEO))
                .hasMessageContaining("damaged from " + new LostSpans(lost));
        assertThat(DecodersTest.await(reject.decode(whole, segment))).isEqualTo(sound);
    }

    @Test
    void theEndOfATruncatedFileIsLost() throws Exception {
        Path whole = video("matroska", "mpeg4", 25, 0);
        DecodeSegment segment = segment(whole);
        byte[] bytes = Files.readAllBytes(whole);
        Path half = Files.write(dir.resolve("half"), Arrays.copyOf(bytes, bytes.length / 2));
        List<Clip> kept = DecodersTest.await(skip.decode(half, segment));
        assertThat(kept).hasSizeBetween(5, 6);
        LostSpan lost = kept.get(0).getLost(0);
        assertThat(lost.getStartUs()).isBetween(kept.size() * WINDOW_US, 4_400_000L);
        assertThat(lost.getEndUs()).isEqualTo(segment.getVideo().getDurationUs());
        assertThat(lost.getReason()).contains("the frames end here");
        assertThatThrownBy(() -> DecodersTest.await(reject.decode(half, segment)))
                .hasMessageContaining("damaged from " + lost.getStartUs() + " us");
    }

    @Test
    void damageWhereNothingIsWantedCostsNothing() throws Exception {
        Path damaged = overwritten(video("mp4", "mpeg4", 25, 2));
        DecodeSegment late = segment(damaged).toBuilder().setStartUs(6_400_000).build();
        assertThat(DecodersTest.await(reject.decode(damaged, late))).hasSize(2);
    }
}
