package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The videos of the learning curve are what it says they are. */
class CameraVideosTest {
    private static final int SIDE = 48;
    private static final GreyImages PICTURES = GreyImages.of(28, 28, disc(), bars(), disc());

    @TempDir
    private Path directory;

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        List<byte[]> once = written("once", 7, 2);
        List<byte[]> again = written("again", 7, 2);
        List<byte[]> other = written("other", 8, 2);
        assertThat(once).hasSize(2);
        for (int i = 0; i < once.size(); i++) {
            assertThat(again.get(i)).isEqualTo(once.get(i));
            assertThat(other).doesNotContain(once.get(i));
        }
    }

    @Test
    void eachVideoShowsAnotherPicture() throws IOException {
        List<byte[]> all = written("all", 1, 3);
        assertThat(all).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void aVideoThatIsThereStays() throws IOException {
        written("kept", 1, 1);
        Path video = files(directory.resolve("kept")).get(0);
        Files.writeString(video, "mine");
        written("kept", 1, 3);
        assertThat(video).hasContent("mine");
        assertThat(files(directory.resolve("kept"))).hasSize(3);
    }

    @Test
    void otherVideosAreNotMixedIn() throws IOException {
        written("more", 1, 3);
        assertThatThrownBy(() -> written("more", 1, 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds 3 files; expected 2");
    }

    @Test
    void allFramesShowTheSamePictureFromWhereTheCameraIs() {
        for (int picture = 0; picture < 2; picture++) {
            CameraVideo video = new CameraVideo(PICTURES, picture, 3, SIDE);
            for (long time = 0; time < 2_560_000; time += 320_000) {
                CameraVideo.Pose pose = video.pose(time / 1e6);
                byte[] frame = video.frame(time);
                assertThat(likeness(frame, picture, pose))
                        .as("picture %d at %d us", picture, time)
                        .isGreaterThan(0.8)
                        .isGreaterThan(likeness(frame, 1 - picture, pose) + 0.2);
            }
        }
    }

    @Test
    void theCameraMoves() {
        CameraVideo video = new CameraVideo(PICTURES, 0, 3, SIDE);
        CameraVideo.Pose[] poses =
                IntStream.range(0, 40).mapToObj(i -> video.pose(i * 0.064)).toArray(CameraVideo.Pose[]::new);
        assertThat(range(poses, CameraVideo.Pose::x)).as("pan").isBetween(0.1, 0.3);
        assertThat(range(poses, CameraVideo.Pose::y)).as("tilt").isBetween(0.1, 0.3);
        assertThat(range(poses, p -> Math.hypot(p.cos(), p.sin()))).as("zoom").isBetween(0.1, 0.5);
        assertThat(range(poses, p -> Math.atan2(p.sin(), p.cos()))).as("roll").isBetween(0.2, 0.6);
    }

    @Test
    void picturesOfOneKindAreFilmedByCamerasOfTheirOwn() {
        assertThat(new CameraVideo(PICTURES, 0, 1, SIDE).pose(0))
                .isNotEqualTo(new CameraVideo(PICTURES, 2, 1, SIDE).pose(0));
    }

    @Test
    void theLightChanges() {
        CameraVideo video = new CameraVideo(GreyImages.of(1, 1, new byte[] {(byte) 128}), 0, 3, SIDE);
        int centre = 3 * (SIDE / 2 * SIDE + SIDE / 2);
        int[] seen = IntStream.range(0, 40)
                .map(i -> video.frame(i * 64_000L)[centre] & 0xff)
                .toArray();
        assertThat(IntStream.of(seen).max().orElseThrow())
                .isGreaterThan(IntStream.of(seen).min().orElseThrow() * 5 / 4);
    }

    @Test
    void picturesAreReadFromIdxFiles() throws IOException {
        try (DataOutputStream out =
                new DataOutputStream(Files.newOutputStream(directory.resolve("train-images-idx3-ubyte")))) {
            out.writeInt(0x0803);
            out.writeInt(2);
            out.writeInt(2);
            out.writeInt(3);
            out.write(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 255, 0, 0, (byte) 255, 0});
        }
        GreyImages read = GreyImages.training(directory);
        assertThat(read.count()).isEqualTo(2);
        assertThat(read.at(1, 0, 0)).isEqualTo(1);
        assertThat(read.at(0, 0, 0)).isZero();
        assertThat(read.at(1, 2.0 / 3, 0)).as("the centre of a black pixel").isZero();
    }

    private List<byte[]> written(String name, long seed, int count) throws IOException {
        new CameraVideos(PICTURES, seed, SIDE).write(directory.resolve(name), count);
        return files(directory.resolve(name)).stream()
                .map(CameraVideosTest::bytes)
                .toList();
    }

    private static List<Path> files(Path videos) throws IOException {
        try (Stream<Path> files = Files.list(videos)) {
            return files.sorted().toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double range(CameraVideo.Pose[] poses, ToDoubleFunction<CameraVideo.Pose> of) {
        DoubleSummaryStatistics all = Stream.of(poses).mapToDouble(of).summaryStatistics();
        return all.getMax() - all.getMin();
    }

    /** Correlation of a frame's pixels with the points of {@code picture} that they should show. */
    private static double likeness(byte[] frame, int picture, CameraVideo.Pose pose) {
        double[] seen = new double[SIDE * SIDE];
        double[] shown = new double[SIDE * SIDE];
        for (int i = 0; i < seen.length; i++) {
            double u = (2 * (i % SIDE) + 1.0) / SIDE - 1;
            double v = (2 * (i / SIDE) + 1.0) / SIDE - 1;
            seen[i] = frame[3 * i] & 0xff;
            shown[i] = PICTURES.at(picture, pose.x(u, v), pose.y(u, v));
        }
        return correlation(seen, shown);
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = DoubleStream.of(a).average().orElseThrow();
        double meanB = DoubleStream.of(b).average().orElseThrow();
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }
        return product / Math.sqrt(squaresA * squaresB);
    }

    private static byte[] disc() {
        return picture((x, y) -> x * x + y * y < 0.5);
    }

    private static byte[] bars() {
        return picture((x, y) -> Math.abs(x) > 0.4 && Math.abs(y) < 0.9);
    }

    private interface Inside {
        boolean test(double x, double y);
    }

    private static byte[] picture(Inside inside) {
        byte[] bytes = new byte[28 * 28];
        for (int i = 0; i < bytes.length; i++) {
            int row = i / 28;
            int column = i % 28;
            bytes[i] = (byte) (inside.test((column - 13.5) / 14, (row - 13.5) / 14) ? 200 : 0);
        }
        return bytes;
    }
}
