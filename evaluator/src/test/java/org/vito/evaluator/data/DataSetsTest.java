package org.vito.evaluator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.EvaluationTransform;
import org.vito.evaluator.data.DataSets.Kind;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class DataSetsTest {
    private static ImageSet images(String name, Path root, Kind kind, Limits limits) {
        return (ImageSet) DataSets.open(name, root, kind, limits);
    }

    private static final Limits ALL = new Limits(0, 0, 0, 0.3);

    @TempDir
    Path root;

    @Test
    void readsIdxFilesGzippedOrNot() throws IOException {
        idx("train-images-idx3-ubyte.gz", bytes(0x803, List.of(4, 2, 3), ramp(24)));
        idx("train-labels-idx1-ubyte", bytes(0x801, List.of(4), new byte[] {0, 1, 2, 1}));
        idx("t10k-images-idx3-ubyte", bytes(0x803, List.of(2, 2, 3), ramp(12)));
        idx("t10k-labels-idx1-ubyte.gz", bytes(0x801, List.of(2), new byte[] {2, 0}));

        ImageSet set = images("tiny", root, Kind.AUTO, ALL);

        assertThat(set.classes()).containsExactly("0", "1", "2");
        assertThat(labels(set.train())).containsExactly(0, 1, 2, 1);
        assertThat(labels(set.test())).containsExactly(2, 0);
        try (EvaluationTransform transform = new EvaluationTransform(8, 8)) {
            ByteBuffer out = ByteBuffer.allocateDirect(2 * 8 * 8 * 3);
            set.train().write(3, transform, out);
            assertThat(out.position()).isEqualTo(8 * 8 * 3);
            // grey: three equal channels, of the values 18 … 23 of the fourth image
            assertThat(out.get(0)).isEqualTo(out.get(1)).isEqualTo(out.get(2)).isBetween((byte) 15, (byte) 26);
        }
    }

    @Test
    void takesASubsetEvenlyOverTheClassesAndAlwaysTheSame() throws IOException {
        byte[] labels = new byte[300];
        byte[] pixels = new byte[300];
        for (int i = 0; i < 300; i++) {
            labels[i] = (byte) (i < 200 ? 0 : i < 290 ? 1 : 2);
            pixels[i] = (byte) i;
        }
        idx("train-images-idx3-ubyte", bytes(0x803, List.of(300, 1, 1), pixels));
        idx("train-labels-idx1-ubyte", bytes(0x801, List.of(300), labels));
        idx("test-images-idx3-ubyte", bytes(0x803, List.of(300, 1, 1), pixels));
        idx("test-labels-idx1-ubyte", bytes(0x801, List.of(300), labels));

        ImageSet set = images("skewed", root, Kind.IDX, new Limits(60, 9, 0, 0.3));

        assertThat(counts(set.train(), 3)).containsExactly(25, 25, 10); // the smallest class runs out
        assertThat(counts(set.test(), 3)).containsExactly(3, 3, 3);
        assertThat(Subset.choose(new int[] {0, 0, 1, 1}, 2, 3)).isEqualTo(Subset.choose(new int[] {0, 0, 1, 1}, 2, 3));
        assertThat(Subset.choose(new int[] {0, 0, 1, 1}, 2, 0)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void namesWhatIsWrongWithIdxFiles() throws IOException {
        byte[] images = bytes(0x803, List.of(2, 2, 2), ramp(8));
        byte[] labels = bytes(0x801, List.of(2), new byte[] {0, 1});
        idx("train-images-idx3-ubyte", images);
        idx("train-labels-idx1-ubyte", labels);
        idx("t10k-images-idx3-ubyte", images);
        refused("lacks t10k-labels-idx1-ubyte");
        idx("t10k-labels-idx1-ubyte", labels);
        assertThat(images("ok", root, Kind.AUTO, ALL).test().size()).isEqualTo(2);

        idx("t10k-images-idx3-ubyte", Arrays.copyOf(images, images.length - 1));
        refused("t10k-images-idx3-ubyte ends at item 1 of 2", "half copied");
        idx("t10k-images-idx3-ubyte", Arrays.copyOf(images, images.length + 1));
        refused("more bytes than its header tells");
        idx("t10k-images-idx3-ubyte", Arrays.copyOf(images, 9));
        refused("ends inside its header");
        idx("t10k-images-idx3-ubyte", bytes(0xd03, List.of(2, 2, 2), ramp(8)));
        refused("begins with 00000d03", "unsigned bytes");
        idx("t10k-images-idx3-ubyte", bytes(0x803, List.of(3, 2, 2), ramp(12)));
        refused("has 3 images but its labels are 2");
        idx("t10k-images-idx3-ubyte", bytes(0x803, List.of(2, 1 << 30, 1 << 30), ramp(8)));
        refused("has a dimension of");
        idx("t10k-images-idx3-ubyte", bytes(0x803, List.of(2, 1 << 14, 1 << 14), ramp(8)));
        refused("at most 67108864 bytes each");
        idx("t10k-images-idx3-ubyte", images);
        idx("t10k-labels-idx1-ubyte", bytes(0x801, List.of(2), new byte[] {0, 9}));
        refused("test label 9 is no label of the training part");
        Files.delete(root.resolve("t10k-labels-idx1-ubyte"));
        Files.write(root.resolve("t10k-labels-idx1-ubyte.gz"), new byte[] {1, 2, 3, 4});
        refused("t10k-labels-idx1-ubyte.gz cannot be read", "gzipped");
        byte[] zipped = zipped(labels);
        Files.write(root.resolve("t10k-labels-idx1-ubyte.gz"), Arrays.copyOf(zipped, zipped.length - 12));
        refused("t10k-labels-idx1-ubyte.gz");
    }

    @Test
    void readsFoldersOfImages() throws IOException {
        for (String part : List.of("train", "val")) {
            image(root.resolve(part + "/red/1.png"), Color.RED, "png");
            image(root.resolve(part + "/red/deeper/2.JPG"), Color.RED, "jpg");
            image(root.resolve(part + "/blue/1.bmp"), Color.BLUE, "bmp");
        }
        Files.writeString(root.resolve("train/red/.hidden.png"), "no image");
        Files.writeString(root.resolve("train/red/notes.txt"), "no image");

        ImageSet set = images("colours", root, Kind.AUTO, ALL);

        assertThat(set.classes()).containsExactly("blue", "red");
        assertThat(labels(set.train())).containsExactly(0, 1, 1);
        assertThat(labels(set.test())).containsExactly(0, 1, 1);
        try (EvaluationTransform transform = new EvaluationTransform(9, 8)) {
            ByteBuffer out = ByteBuffer.allocateDirect(3 * 8 * 8 * 3);
            for (int i = 0; i < 3; i++) {
                set.train().write(i, transform, out);
            }
            assertThat(new int[] {out.get(0) & 0xff, out.get(1) & 0xff, out.get(2) & 0xff})
                    .containsExactly(0, 0, 255);
            assertThat(out.get(8 * 8 * 3) & 0xff).isGreaterThan(250);
            assertThat(out.get(2 * 8 * 8 * 3 + 2) & 0xff).isLessThan(10);
        }
    }

    @Test
    void splitsFoldersWithoutPartsByPath() throws IOException {
        for (int i = 0; i < 40; i++) {
            image(root.resolve("a/" + i + ".png"), Color.RED, "png");
            image(root.resolve("b/" + i + ".png"), Color.BLUE, "png");
        }
        ImageSet set = images("one", root, Kind.FOLDER, ALL);
        assertThat(set.train().size() + set.test().size()).isEqualTo(80);
        assertThat(set.test().size()).isBetween(12, 36); // 24 expected
        assertThat(labels(images("one", root, Kind.FOLDER, ALL).test())).isEqualTo(labels(set.test()));
        assertThat(FolderSet.isHeldOut(Path.of("a", "3.png"), 0.3))
                .isEqualTo(FolderSet.isHeldOut(Path.of("a/3.png"), 0.3));
    }

    @Test
    void namesWhatIsWrongWithFolders() throws IOException {
        assertThatThrownBy(() -> images("none", root.resolve("nowhere"), Kind.AUTO, ALL))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContaining("nowhere is not a directory");
        refused("has 0 class folders", "at least 2");
        image(root.resolve("train/red/1.png"), Color.RED, "png");
        refused("has train/ but neither test/ nor val/");
        image(root.resolve("test/red/1.png"), Color.RED, "png");
        refused("has 1 class folders");
        image(root.resolve("train/blue/1.png"), Color.BLUE, "png");
        image(root.resolve("test/green/1.png"), Color.GREEN, "png");
        refused("class green is in", "but not in");
        image(root.resolve("train/green/1.png"), Color.GREEN, "png");
        refused("class blue is in");
        Files.createDirectories(root.resolve("test/blue"));
        refused("test/blue has no images (bmp, jpeg, jpg, png, webp)");
        image(root.resolve("test/blue/1.png"), Color.BLUE, "png");
        assertThat(images("ok", root, Kind.AUTO, ALL).classes()).hasSize(3);
    }

    @Test
    void namesAnImageThatCannotBeRead() throws IOException {
        for (String part : List.of("train", "test")) {
            image(root.resolve(part + "/a/1.png"), Color.RED, "png");
            Files.createDirectories(root.resolve(part + "/b"));
            Files.writeString(root.resolve(part + "/b/1.png"), part.equals("train") ? "this is no image" : "");
        }
        ImageSet set = images("bad", root, Kind.AUTO, ALL);
        try (EvaluationTransform transform = new EvaluationTransform(9, 8)) {
            ByteBuffer out = ByteBuffer.allocateDirect(8 * 8 * 3);
            assertThatThrownBy(() -> set.train().write(1, transform, out))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining("train/b/1.png cannot be used");
            assertThatThrownBy(() -> set.test().write(1, transform, out))
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining("test/b/1.png cannot be used: the file is empty");
        }
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> images("bad", root, Kind.AUTO, ALL))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }

    private static int[] labels(ImagePart part) {
        return IntStream.range(0, part.size()).map(part::label).toArray();
    }

    private static int[] counts(ImagePart part, int classes) {
        int[] counts = new int[classes];
        for (int label : labels(part)) {
            counts[label]++;
        }
        return counts;
    }

    private static byte[] ramp(int count) {
        byte[] out = new byte[count];
        for (int i = 0; i < count; i++) {
            out[i] = (byte) i;
        }
        return out;
    }

    static byte[] bytes(int magic, List<Integer> dimensions, byte[] values) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * dimensions.size() + values.length);
        out.putInt(magic);
        dimensions.forEach(out::putInt);
        return out.put(values).array();
    }

    private void idx(String name, byte[] content) throws IOException {
        Files.write(root.resolve(name), name.endsWith(".gz") ? zipped(content) : content);
    }

    private static byte[] zipped(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    static void image(Path file, Color colour, String format) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(16, 12, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 12; y++) {
            for (int x = 0; x < 16; x++) {
                image.setRGB(x, y, colour.getRGB());
            }
        }
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    }
}
