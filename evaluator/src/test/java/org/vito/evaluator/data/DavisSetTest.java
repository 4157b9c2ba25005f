package org.vito.evaluator.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class DavisSetTest {
    @TempDir
    Path root;

    @BeforeEach
    void write() {
        MadeDavis.write(root);
    }

    private DavisSet open(int videos) {
        return (DavisSet) DataSets.open("davis", root, DataSets.Kind.DAVIS, new Limits(0, 0, videos, 0.2));
    }

    @Test
    void listsFramesWithTheirMasks() {
        DavisSet set = open(0);
        assertThat(set.videos()).extracting(DavisSet.Video::name).containsExactly("one", "two");
        DavisSet.Video two = set.videos().get(1);
        assertThat(two.frames()).hasSize(MadeDavis.FRAMES);
        assertThat(two.mask(0).objects()).isEqualTo(2);
        assertThat(two.mask(0).labels()[8 * MadeDavis.WIDTH + 16]).isEqualTo((byte) 1);
        assertThat(two.frame(1).width()).isEqualTo(MadeDavis.WIDTH);
        assertThat(open(1).videos()).hasSize(1);
    }

    @Test
    void masksHaveTheColoursOfDavisAndComeBackWithFewBitsToo() throws IOException {
        Path file = root.resolve("Annotations/480p/two/00000.png");
        BufferedImage image = ImageIO.read(file.toFile());
        IndexColorModel palette = (IndexColorModel) image.getColorModel();
        assertThat(palette.getRGB(1)).isEqualTo(0xff800000);
        assertThat(palette.getRGB(2)).isEqualTo(0xff008000);
        assertThat(palette.getRGB(3)).isEqualTo(0xff808000);
        assertThat(palette.getRGB(9)).isEqualTo(0xffc00000);
        IndexColorModel small =
                new IndexColorModel(2, 4, new byte[4], new byte[] {0, 1, 2, 3}, new byte[] {9, 8, 7, 6});
        BufferedImage packed = new BufferedImage(5, 1, BufferedImage.TYPE_BYTE_BINARY, small);
        packed.getRaster().setSamples(0, 0, 5, 1, 0, new int[] {3, 0, 1, 2, 3});
        ImageIO.write(packed, "png", file.toFile());
        assertThat(MaskFiles.read(file).labels()).containsExactly(3, 0, 1, 2, 3);
    }

    @Test
    void tellsWhatIsMissing() throws IOException {
        Files.delete(root.resolve("Annotations/480p/two/00003.png"));
        refused("00003.jpg has no mask", "00003.png", "DAVIS-2017-trainval-480p.zip");
        Files.writeString(root.resolve("ImageSets/2017/val.txt"), "one\nthree\n");
        refused("there is no directory", "three");
        Files.writeString(root.resolve("ImageSets/2017/val.txt"), "../one\n");
        refused("names \"../one\"");
        Files.writeString(root.resolve("ImageSets/2017/val.txt"), "\n");
        refused("names no video");
        Files.delete(root.resolve("ImageSets/2017/val.txt"));
        refused("there is no", "val.txt", "JPEGImages/480p/NAME/00000.jpg");
    }

    @Test
    void tellsWhichFileIsDamaged() throws IOException {
        DavisSet.Video one = open(0).videos().get(0);
        Files.write(one.masks().get(1), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> one.mask(1)).hasMessageContaining("00001.png");
        Files.copy(one.frames().get(0), one.masks().get(1), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> one.mask(1)).hasMessageContainingAll("00001.png", "one palette index");
        Files.write(one.frames().get(2), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> one.frame(2)).hasMessageContaining("00002.jpg");
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> open(0))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_DATA_SET))
                .hasMessageContainingAll(parts);
    }
}
