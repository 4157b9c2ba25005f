package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.decode.child.v1.Kept;
import org.vito.decode.child.v1.KeptFrame;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.Frame;

/** Clips of videos whose first frames were decoded before, through real child processes: the same clips for less decoding. */
class ClipFramesTest {
    private static final int FIRST = 100; // 4 seconds at 25 a second: one window and a half

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;
    private static LocalDecoders decoders;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(ConfigFactory.load());
        decoders = decoders("");
    }

    @AfterAll
    static void stop() {
        decoders.close();
        kit.shutdownTestKit();
    }

    private static LocalDecoders decoders(String settings) {
        Config config = ConfigFactory.parseString(settings).withFallback(ConfigFactory.load());
        return LocalDecoders.start(kit.system(), DecodeSettings.from(config).withChildren(1));
    }

    private static Path video(String container, String codec, int gop, int bFrames, IntToLongFunction pts)
            throws Exception {
        return NumberedVideo.write(
                dir.resolve("%s-%s-%d-%d".formatted(container, codec, gop, bFrames)),
                NumberedVideo.format(container, codec, 25, gop),
                LibavVideoWriter.Extras.bFrames(bFrames),
                250,
                pts);
    }

    private static Path ordinary() throws Exception {
        return video("mp4", "mpeg4", 12, 2, NumberedVideo.at(25));
    }

    private static DecodeSegment segment(Path file) throws Exception {
        return DecodersTest.segment(DecodersTest.await(decoders.probe(file)), 0, 60_000_000);
    }

    private static FirstFrames first(LocalDecoders by, Path file, DecodeSegment segment) throws Exception {
        return DecodersTest.await(by.first(file, segment.getVideo(), FIRST, 1));
    }

    /** Clips, and how many frames were decoded for them. */
    private record Made(List<Clip> clips, long decoded) {
        static Made of(LocalDecoders by, Path file, DecodeSegment segment, ByteString kept) throws Exception {
            long before = by.decodedFrames();
            List<Clip> clips = DecodersTest.await(by.decode(file, segment, kept));
            return new Made(clips, by.decodedFrames() - before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mp4, mpeg4, 12, 2, 0.6",
        "mp4, mpeg4, 50, 0, 0.6",
        "matroska, mpeg4, 25, 2, 0.6",
        "mpegts, mpeg4, 25, 2, 0.6",
        "mp4, libopenh264, 25, 0, 0.6",
        "webm, libvpx-vp9, 25, 0, 0.6",
        "avi, mjpeg, 1, 0, 0.6",
        "mp4, mpeg4, 250, 2, 1.0",
    })
    void theSameClipsForFewerDecodedFrames(String container, String codec, int gop, int bFrames, double most)
            throws Exception {
        Path file = video(container, codec, gop, bFrames, NumberedVideo.at(25));
        DecodeSegment segment = segment(file);
        FirstFrames first = first(decoders, file, segment);
        Made alone = Made.of(decoders, file, segment, ByteString.EMPTY);
        Made shared = Made.of(decoders, file, segment, first.forClips());
        assertThat(alone.clips()).hasSize(3);
        assertThat(shared.clips()).isEqualTo(alone.clips());
        assertThat((double) shared.decoded())
                .as("frames decoded instead of %d", alone.decoded())
                .isLessThan(most * alone.decoded());
        assertThat(Kept.parseFrom(first.forClips()).getFramesList().stream()
                        .flatMap(frame -> frame.getWantedUsList().stream()))
                .as("all that clips want of the first %d frames", FIRST)
                .containsExactlyInAnyOrderElementsOf(alone.clips().stream()
                        .flatMap(clip -> clip.getFramesList().stream().map(Frame::getWantedUs))
                        .filter(us -> us < (FIRST - 1) * 40_000L)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void theFirstFramesAreAllThatThereAreWhateverTheirTimes(int bFrames) throws Exception {
        IntToLongFunction pts = i -> i * 40_000L + (i % 7) * 5_000L + (i / 50) * 400_000L;
        Path file = video("matroska", "mpeg4", 20, bFrames, pts);
        DecodeSegment segment = segment(file);
        FirstFrames first = first(decoders, file, segment);
        assertThat(first.frames())
                .extracting(frame ->
                        NumberedVideo.number(NumberedVideo.image(frame.getJpeg().toByteArray())))
                .containsExactlyElementsOf(IntStream.range(0, FIRST).boxed().toList());
        assertThat(first.frames()).allSatisfy(frame -> {
            int number =
                    NumberedVideo.number(NumberedVideo.image(frame.getJpeg().toByteArray()));
            assertThat(frame.getPtsUs()).isBetween(pts.applyAsLong(number) - 1000, pts.applyAsLong(number) + 1000);
            assertThat(frame.getWantedUs()).isEqualTo(frame.getPtsUs());
        });
        assertThat(Made.of(decoders, file, segment, first.forClips()).clips())
                .isEqualTo(Made.of(decoders, file, segment, ByteString.EMPTY).clips());
        assertThat(DecodersTest.await(decoders.first(file, segment.getVideo(), 1000, 1))
                        .frames())
                .as("of a video that has fewer, all")
                .hasSize(250);
    }

    @ParameterizedTest
    @CsvSource({"25, 100, '12, 37, 62, 87', 60", "40, 100, '20, 60', 40", "25, 10, '9', 10", "500, 1000, '249', 10"})
    void orOneOfEverySoManyForLessDecoding(int every, int count, String expected, long mostDecoded) throws Exception {
        Path file = ordinary();
        long before = decoders.decodedFrames();
        FirstFrames some = DecodersTest.await(decoders.first(file, segment(file).getVideo(), count, every));
        assertThat(some.frames())
                .extracting(frame ->
                        NumberedVideo.number(NumberedVideo.image(frame.getJpeg().toByteArray())))
                .hasToString("[" + expected + "]");
        assertThat(decoders.decodedFrames() - before).isLessThanOrEqualTo(mostDecoded);
        assertThat(some.forClips()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void whichAreNoSmallerThanANetworkWantsThem() throws Exception {
        try (LocalDecoders small = decoders("vito.decode.frame.short-side = 96")) {
            Path file = ordinary();
            FirstFrames some =
                    DecodersTest.await(small.first(file, segment(file).getVideo(), FIRST, 50));
            assertThat(some.frames()).hasSize(2).allSatisfy(frame -> assertThat(
                            NumberedVideo.image(frame.getJpeg().toByteArray()).getHeight())
                    .isEqualTo(256));
        }
    }

    @Test
    void nothingIsAskedOfAProcessIfEverythingIsThere() throws Exception {
        Path file = ordinary();
        DecodeSegment one = segment(file).toBuilder().setEndUs(1).build();
        ByteString kept = first(decoders, file, one).forClips();
        Made shared = Made.of(decoders, file, one, kept);
        assertThat(shared.decoded()).isZero();
        assertThat(shared.clips())
                .hasSize(1)
                .isEqualTo(Made.of(decoders, file, one, ByteString.EMPTY).clips());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vito.decode.frame.quality = 80",
                "vito.decode.frame.short-side = 128",
                "vito.decode.seed = 1",
                "vito.decode.window.shot-cuts = avoid",
                "vito.decode.window.length = 2 s, vito.decode.window.stride = 1 s",
                "vito.decode.window.keep = rate",
                "vito.decode.window.per-video = 1",
            })
    void otherSettingsMakeTheirOwnClips(String settings) throws Exception {
        Path file = ordinary();
        DecodeSegment segment = segment(file);
        ByteString kept = first(decoders, file, segment).forClips();
        try (LocalDecoders others = decoders(settings)) {
            Made alone = Made.of(others, file, segment, ByteString.EMPTY);
            assertThat(Made.of(others, file, segment, kept).clips())
                    .isNotEmpty()
                    .isEqualTo(alone.clips());
            ByteString own = first(others, file, segment).forClips();
            assertThat(Made.of(others, file, segment, own).clips()).isEqualTo(alone.clips());
        }
    }

    @Test
    void whatIsNotOfThisVideoOrNotWholeIsPassedOver() throws Exception {
        Path file = ordinary();
        DecodeSegment segment = segment(file);
        Made alone = Made.of(decoders, file, segment, ByteString.EMPTY);
        Kept kept = Kept.parseFrom(first(decoders, file, segment).forClips());
        for (ByteString foreign : List.of(
                kept.toBuilder().setVideoId("another").build().toByteString(),
                kept.toBuilder().setVersion(ClipFrames.VERSION + 1).build().toByteString(),
                kept.toBuilder().setHardware("CUDA").build().toByteString(),
                kept.toByteString().substring(0, kept.getSerializedSize() - 1),
                ByteString.copyFromUtf8("no frames at all"))) {
            assertThat(Made.of(decoders, file, segment, foreign)).isEqualTo(alone);
        }
        Kept half = kept.toBuilder()
                .clearFrames()
                .addAllFrames(kept.getFramesList().subList(0, 3))
                .build();
        assertThat(Made.of(decoders, file, segment, half.toByteString()).clips())
                .as("of a window some frames are there")
                .isEqualTo(alone.clips());
    }

    /** Noise over a hundredth of the file from {@code part} of it on. */
    private static Path damaged(Path file, double part) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < bytes.length / 100; i++) {
            bytes[(int) (bytes.length * part) + i] = (byte) random.nextInt();
        }
        return Files.write(dir.resolve("damaged-%s-%s".formatted(part, file.getFileName())), bytes);
    }

    @Test
    void ofADamagedBeginningNothingIsKeptAndDamageBehindItIsTold() throws Exception {
        Path file = ordinary();
        DecodeSegment segment = segment(file);
        assertThat(first(decoders, damaged(file, 0.2), segment).forClips()).isEqualTo(ByteString.EMPTY);
        Path late = damaged(file, 0.7);
        ByteString kept = first(decoders, late, segment).forClips();
        Made alone = Made.of(decoders, late, segment, ByteString.EMPTY);
        Made shared = Made.of(decoders, late, segment, kept);
        assertThat(kept.isEmpty()).isFalse();
        assertThat(shared.clips()).isEqualTo(alone.clips()).hasSize(2).allSatisfy(clip -> assertThat(clip.getLostList())
                .isNotEmpty());
        assertThat(shared.decoded()).isLessThan(alone.decoded());
        try (LocalDecoders strict = decoders("vito.decode.damage = reject")) {
            assertThatThrownBy(() -> Made.of(strict, late, segment, kept))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_VIDEO));
        }
    }

    @Test
    void nothingIsKeptWhereCutsMatterOrClipsWantNothing() throws Exception {
        Path file = ordinary();
        DecodeSegment segment = segment(file);
        try (LocalDecoders cuts = decoders("vito.decode.window.shot-cuts = avoid")) {
            FirstFrames first = first(cuts, file, segment);
            assertThat(first.frames()).hasSize(FIRST);
            assertThat(first.forClips()).isEqualTo(ByteString.EMPTY);
        }
        FirstFrames brief = DecodersTest.await(decoders.first(
                file, segment.getVideo().toBuilder().setDurationUs(2_000_000).build(), FIRST, 1));
        assertThat(brief.forClips()).isEqualTo(ByteString.EMPTY);
        FirstFrames endless = DecodersTest.await(decoders.first(
                file,
                segment.getVideo().toBuilder().setDurationUs(Long.MAX_VALUE / 4).build(),
                FIRST,
                1));
        assertThat(endless.frames()).hasSize(FIRST);
        assertThat(endless.forClips()).isEqualTo(ByteString.EMPTY);
        assertThat(DecodersTest.await(decoders.first(file, segment.getVideo(), 1, 1))
                        .forClips())
                .isEqualTo(ByteString.EMPTY);
    }

    @Test
    void oneFrameForSeveralTimesIsKeptOnce() throws Exception {
        try (LocalDecoders many = decoders("vito.decode.window.frames-per-clip = 200")) {
            Path file = ordinary();
            DecodeSegment segment = segment(file);
            Kept kept = Kept.parseFrom(first(many, file, segment).forClips());
            assertThat(kept.getFramesList()).hasSizeBetween(90, FIRST);
            assertThat(kept.getFramesList())
                    .extracting(KeptFrame::getFrame)
                    .extracting(frame -> frame.getPtsUs())
                    .doesNotHaveDuplicates();
            assertThat(Made.of(many, file, segment, kept.toByteString()).clips())
                    .isEqualTo(Made.of(many, file, segment, ByteString.EMPTY).clips());
        }
    }
}
