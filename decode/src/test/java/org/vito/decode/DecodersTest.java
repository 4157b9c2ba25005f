package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
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
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** What the decoders make of whole files, through real child processes. */
class DecodersTest {
    private static final Config CONFIG = ConfigFactory.load();

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;
    private static DecodeSettings settings;
    private static Decoders decoders;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(CONFIG);
        settings = DecodeSettings.from(CONFIG).withChildren(1);
        decoders = Decoders.start(kit.system(), settings);
    }

    @AfterAll
    static void stop() {
        decoders.close();
        kit.shutdownTestKit();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(180, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    static DecodeSegment segment(VideoInfo info, long startUs, long endUs) {
        return DecodeSegment.newBuilder()
                .setVideoId("video")
                .setCount(1)
                .setStartUs(startUs)
                .setEndUs(endUs)
                .setCategory("a cat")
                .setVideo(StoredVideo.newBuilder()
                        .setVideoId("video")
                        .setDurationUs(info.durationUs())
                        .setFramesPerSecond(info.framesPerSecond()))
                .build();
    }

    /** Every frame is the nearest one to the time that was drawn, with its own true time. */
    private static void checkFrames(List<Clip> clips, int frames, IntToLongFunction ptsUs, long toleranceUs) {
        long[] times = new long[frames];
        Arrays.setAll(times, i -> ptsUs.applyAsLong(i) - ptsUs.applyAsLong(0));
        for (Clip clip : clips) {
            assertThat(clip.getFramesCount()).isEqualTo(8);
            for (Frame frame : clip.getFramesList()) {
                int shown =
                        NumberedVideo.number(NumberedVideo.image(frame.getJpeg().toByteArray()));
                assertThat(frame.getPtsUs())
                        .as("time of frame %d", shown)
                        .isBetween(times[shown] - toleranceUs, times[shown] + toleranceUs);
                long error = Math.abs(times[shown] - frame.getWantedUs());
                long best = Arrays.stream(times)
                        .map(t -> Math.abs(t - frame.getWantedUs()))
                        .min()
                        .orElseThrow();
                assertThat(error).as("distance of frame %d", shown).isLessThanOrEqualTo(best + 2 * toleranceUs);
            }
            assertThat(clip.getFramesList()).extracting(Frame::getWantedUs).isSorted();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mp4, mpeg4, 25, 12, 0",
        "mp4, mpeg4, 25, 50, 2",
        "mp4, mpeg4, 29.97002997, 250, 1",
        "matroska, mpeg4, 25, 25, 2",
        "avi, mpeg4, 25, 25, 0",
        "avi, mjpeg, 12.5, 1, 0",
        "mp4, mjpeg, 30, 1, 0",
        "webm, libvpx, 30, 30, 0",
        "webm, libvpx-vp9, 24, 48, 0",
        "matroska, ffv1, 25, 1, 0",
        "mp4, libopenh264, 25, 25, 0",
        "mpegts, mpeg4, 25, 25, 2",
    })
    void takesTheRightFramesAtAConstantRate(String container, String codec, double rate, int gop, int bFrames)
            throws Exception {
        int frames = (int) Math.round(rate * 8);
        IntToLongFunction pts = NumberedVideo.at(rate);
        Path file = NumberedVideo.write(
                dir.resolve("%s-%s-%d.bin".formatted(container, codec, bFrames)),
                NumberedVideo.format(container, codec, rate, gop),
                LibavVideoWriter.Extras.bFrames(bFrames),
                frames,
                pts);
        VideoInfo info = await(decoders.probe(file));
        assertThat(info.durationUs()).isBetween(7_900_000L, 8_100_000L);
        assertThat(info.framesPerSecond()).isBetween(rate * 0.99, rate * 1.01);
        assertThat(info.width()).isEqualTo(NumberedVideo.WIDTH);
        List<Clip> all = await(decoders.decode(file, segment(info, 0, 60_000_000)));
        assertThat(all).extracting(Clip::getStartUs).containsExactly(0L, 2_560_000L, 5_120_000L);
        checkFrames(all, frames, pts, 1000);
        List<Clip> late = await(decoders.decode(file, segment(info, 5_000_000, 60_000_000)));
        assertThat(late).as("the same clip whatever segment it is decoded in").containsExactly(all.get(2));
    }

    @ParameterizedTest
    @CsvSource({"mp4, mpeg4, 20, 2", "matroska, libvpx, 30, 0", "matroska, mjpeg, 1, 0"})
    void takesTheRightFramesAtAVariableRate(String container, String codec, int gop, int bFrames) throws Exception {
        IntToLongFunction pts = i -> i * 40_000L + (i % 7) * 5_000L + (i / 50) * 400_000L;
        Path file = NumberedVideo.write(
                dir.resolve("vfr-%s-%s.bin".formatted(container, codec)),
                NumberedVideo.format(container, codec, 25, gop),
                LibavVideoWriter.Extras.bFrames(bFrames),
                200,
                pts);
        VideoInfo info = await(decoders.probe(file));
        List<Clip> clips = await(decoders.decode(file, segment(info, 0, 60_000_000)));
        assertThat(clips).hasSize((int) (info.durationUs() / 2_560_000));
        checkFrames(clips, 200, pts, 1000);
    }

    @Test
    void countsFromTheFirstFrameWhereverThatIs() throws Exception {
        for (long offsetUs : new long[] {-700_000, 1_500_000}) {
            Path file = NumberedVideo.write(
                    dir.resolve("offset" + offsetUs + ".mkv"),
                    NumberedVideo.format("matroska", "mpeg4", 25, 25),
                    new LibavVideoWriter.Extras(0, 0, offsetUs, 1, 1),
                    100,
                    NumberedVideo.at(25));
            VideoInfo info = await(decoders.probe(file));
            assertThat(info.durationUs()).isBetween(3_950_000L, 4_050_000L);
            checkFrames(await(decoders.decode(file, segment(info, 0, 60_000_000))), 100, NumberedVideo.at(25), 1000);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 341, 256", "90, 256, 341", "180, 341, 256", "270, 256, 341"})
    void turnsFramesUpright(int degrees, int width, int height) throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("turned" + degrees + ".mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 25),
                LibavVideoWriter.Extras.turned(degrees),
                75,
                i -> i * 40_000L);
        VideoInfo info = await(decoders.probe(file));
        assertThat(info.width() > info.height()).isEqualTo(width > height);
        Clip clip = await(decoders.decode(file, segment(info, 0, 60_000_000))).get(0);
        assertThat(clip.getWidth()).isEqualTo(width);
        assertThat(clip.getHeight()).isEqualTo(height);
        for (Frame frame : clip.getFramesList()) {
            var image = NumberedVideo.image(frame.getJpeg().toByteArray());
            assertThat(image.getWidth()).isEqualTo(width);
            assertThat(image.getHeight()).isEqualTo(height);
            int number = Math.round(frame.getPtsUs() / 40_000f);
            for (int bit = 0; bit < 16; bit++) {
                double sx = (2 * (bit % 4) + 1) / 8.0;
                double sy = (2 * (bit / 4) + 1) / 8.0;
                double x = degrees == 0 ? sx : degrees == 90 ? 1 - sy : degrees == 180 ? 1 - sx : sy;
                double y = degrees == 0 ? sy : degrees == 90 ? sx : degrees == 180 ? 1 - sy : 1 - sx;
                int grey = image.getRGB((int) (x * width), (int) (y * height)) & 0xff;
                assertThat(grey > 128).as("block %d of frame %d", bit, number).isEqualTo((number >> bit & 1) == 1);
            }
        }
    }

    @Test
    void resolvesThePixelAspectByShrinking() throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("wide.mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 25),
                new LibavVideoWriter.Extras(0, 0, 0, 4, 3),
                75,
                i -> i * 40_000L);
        VideoInfo info = await(decoders.probe(file));
        assertThat(info.width()).isEqualTo(853);
        assertThat(info.height()).isEqualTo(480);
        Clip clip = await(decoders.decode(file, segment(info, 0, 60_000_000))).get(0);
        assertThat(clip.getWidth()).isEqualTo(455);
        assertThat(clip.getHeight()).isEqualTo(256);
    }

    @Test
    void refusesWhatIsNoVideo() throws Exception {
        Path text = Files.writeString(dir.resolve("text.mp4"), "These are words.\n".repeat(400));
        Path empty = Files.createFile(dir.resolve("empty.mp4"));
        Path noise = Files.write(dir.resolve("noise.mp4"), new byte[100_000]);
        assertRefused(text, Reason.NOT_A_VIDEO);
        assertRefused(empty, Reason.EMPTY);
        assertRefused(noise, Reason.NOT_A_VIDEO);
        assertRefused(dir.resolve("nothing.mp4"), Reason.NOT_FOUND);
    }

    @Test
    void refusesACodecOffTheList() throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("huffyuv.mkv"),
                new VideoWriter.Format("matroska", "snow", 64, 64, 25, 100_000, 10),
                LibavVideoWriter.Extras.NONE,
                10,
                NumberedVideo.at(25));
        assertRefused(file, Reason.UNSUPPORTED_CODEC);
    }

    private static void assertRefused(Path file, Reason reason) {
        assertThatThrownBy(() -> await(decoders.probe(file)))
                .isInstanceOfSatisfying(
                        VitoException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    @Test
    void takesWhatATruncatedFileStillHas() throws Exception {
        Path whole = NumberedVideo.write(
                dir.resolve("whole.mkv"),
                NumberedVideo.format("matroska", "mpeg4", 25, 25),
                LibavVideoWriter.Extras.NONE,
                200,
                NumberedVideo.at(25));
        byte[] bytes = Files.readAllBytes(whole);
        VideoInfo info = await(decoders.probe(whole));
        Path half = Files.write(dir.resolve("half.mkv"), Arrays.copyOf(bytes, bytes.length / 2));
        List<Clip> clips = await(decoders.decode(half, segment(info, 0, 60_000_000)));
        assertThat(clips).hasSizeBetween(1, 2);
        checkFrames(clips, 200, NumberedVideo.at(25), 1000);
        assertThatThrownBy(() -> await(decoders.decode(half, segment(info, 5_120_000, 60_000_000))))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_VIDEO));
        Path headless = Files.write(dir.resolve("noindex.mp4"), mp4WithoutIndex());
        assertRefused(headless, Reason.DAMAGED_VIDEO);
    }

    private static byte[] mp4WithoutIndex() throws IOException {
        Path file = NumberedVideo.write(
                dir.resolve("complete.mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 25),
                LibavVideoWriter.Extras.NONE,
                50,
                NumberedVideo.at(25));
        byte[] bytes = Files.readAllBytes(file); // the index lies at the end
        return Arrays.copyOf(bytes, bytes.length * 3 / 4);
    }

    @Test
    void takesFramesAtTheTimesAskedFor() throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("frames.mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 50),
                LibavVideoWriter.Extras.NONE,
                100,
                NumberedVideo.at(25));
        List<Frame> frames = await(decoders.frames(file, List.of(0L, 1_000_000L, 1_019_000L, 3_970_000L, 4_500_000L)));
        assertThat(frames)
                .extracting(frame ->
                        NumberedVideo.number(NumberedVideo.image(frame.getJpeg().toByteArray())))
                .containsExactly(0, 25, 25, 99);
        assertThat(frames).extracting(Frame::getWantedUs).containsExactly(0L, 1_000_000L, 1_019_000L, 3_970_000L);
        assertThat(frames).extracting(Frame::getPtsUs).containsExactly(0L, 1_000_000L, 1_000_000L, 3_960_000L);
    }

    @Test
    void thumbnailsAreTheSameFramesSmall() throws Exception {
        Path file = NumberedVideo.write(
                dir.resolve("thumbnails.mp4"),
                NumberedVideo.format("mp4", "mpeg4", 25, 50),
                LibavVideoWriter.Extras.NONE,
                60,
                NumberedVideo.at(25));
        Frame whole = await(decoders.frames(file, List.of(1_500_000L))).get(0);
        Frame small = await(decoders.thumbnails(file, List.of(1_500_000L), 32)).get(0);
        assertThat(small.getPtsUs()).isEqualTo(whole.getPtsUs());
        var picture = NumberedVideo.image(small.getJpeg().toByteArray());
        assertThat(Math.min(picture.getWidth(), picture.getHeight())).isEqualTo(32);
        assertThat(small.getJpeg().size()).isLessThan(whole.getJpeg().size());
    }

    @Test
    void framesOfWhatIsNoVideoAreRefused() throws Exception {
        Path text = Files.writeString(dir.resolve("frames.txt"), "no video");
        assertThatThrownBy(() -> await(decoders.frames(text, List.of(0L))))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_A_VIDEO));
    }
}
