package org.vito.evaluator.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.vito.evaluator.score.ImageEncoder;

/** Sets laid out as those of ImageNet, whose pictures have one colour each: that of the class in red. */
public final class MadeImageNet {
    private static final int CLASSES = 200;

    private MadeImageNet() {}

    /** Every fifth class of ImageNet. */
    public static List<String> classes() {
        return IntStream.range(0, CLASSES)
                .mapToObj(i -> ImageNetClasses.names().get(5 * i))
                .toList();
    }

    /** Writes train/ and val/ with a picture of every class of {@link #classes}. */
    public static void labelled(Path root) {
        for (int c = 0; c < CLASSES; c++) {
            picture(root, root.resolve("train").resolve(classes().get(c)).resolve("a.png"), c);
            picture(root, root.resolve("val").resolve(classes().get(c)).resolve("b.png"), c);
        }
    }

    /** Writes a set laid out as ImageNet-A: 38 pictures of each of the first 100 classes, 37 of the others; those of class 3 have the colour of class 4. */
    public static void imageNetA(Path root) {
        for (int c = 0; c < CLASSES; c++) {
            for (int i = 0; i < (c < 100 ? 38 : 37); i++) {
                Path file = root.resolve(classes().get(c)).resolve("0.%06d_fox _ fox_0.9.jpg".formatted(i));
                picture(root, file, c == 3 ? 4 : c);
            }
        }
    }

    /** Puts the picture of a class at {@code file}. */
    static void picture(Path root, Path file, int red) {
        try {
            Path made = root.resolveSibling("pictures-of-" + root.getFileName()).resolve(red + ".png");
            if (!Files.exists(made)) {
                BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
                for (int i = 0; i < 64; i++) {
                    image.setRGB(i % 8, i / 8, red << 16 | 0x4020);
                }
                Files.createDirectories(made.getParent());
                ImageIO.write(image, "png", made.toFile());
            }
            Files.createDirectories(file.getParent());
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException("twice " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A network whose feature says the colour: 10 at the place of its number, else 0. */
    public static ImageEncoder encoder() {
        return new ImageEncoder() {
            @Override
            public int imageSize() {
                return 8;
            }

            @Override
            public float[][] encode(ByteBuffer images, int count, int size) {
                float[][] features = new float[count][256];
                for (int i = 0; i < count; i++) {
                    features[i][images.get(images.position() + i * size * size * 3) & 0xff] = 10;
                }
                return features;
            }

            @Override
            public void close() {}
        };
    }
}
