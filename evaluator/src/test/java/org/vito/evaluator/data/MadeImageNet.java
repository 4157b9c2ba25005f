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

    /**
     * Writes a set laid out as ImageNet-Vid-Robust: videos 0 to 3 of three frames each, the middle one of which is an anchor. Class 0
     * stands for the first two of {@link #classes}, class 1 for the third. Of video 2 the last frame is wrong, of video 3 all are.
     */
    public static void vidRobust(Path root) {
        int[][] colours = {{0, 1, 0}, {2, 2, 2}, {1, 1, 2}, {0, 0, 0}};
        String[] labels = {"[0]", "[1]", "[0]", "[1]"};
        StringBuilder sets = new StringBuilder();
        StringBuilder right = new StringBuilder();
        for (int v = 0; v < colours.length; v++) {
            for (int f = 0; f < 3; f++) {
                picture(root, root.resolve(frame(v, f)), colours[v][f]);
                right.append("%s\"%s\": %s".formatted(v + f == 0 ? "" : ",\n ", frame(v, f), labels[v]));
            }
            sets.append("%s\"%s\": [\"%s\", \"%s\"]"
                    .formatted(v == 0 ? "" : ",\n ", frame(v, 1), frame(v, 0), frame(v, 2)));
        }
        text(root.resolve("metadata/pmsets.json"), "{" + sets + "}");
        text(root.resolve("metadata/labels.json"), "{" + right + "}");
        text(root.resolve("misc/imagenet_vid_class_index.json"), "{\"0\": [\"n1\", \"a\"], \"1\": [\"n2\", \"b\"]}");
        text(
                root.resolve("misc/rev_wnid_map.json"),
                "{\"n2\": [\"%s\"], \"n1\": [\"%s\", \"%s\"]}"
                        .formatted(classes().get(2), classes().get(0), classes().get(1)));
    }

    private static String frame(int video, int number) {
        return "val/ILSVRC2015_val_%08d/%06d.JPEG".formatted(video, number);
    }

    /**
     * Writes a set laid out as ImageNet-3DCC, of the first ten of {@link #classes} with an image each. Flash of severity s turns the
     * first s of them into the class after them, the other corruptions do nothing.
     */
    public static void corrupted(Path root) {
        for (String corruption : ImageNet3dcc.CORRUPTIONS) {
            for (int severity = 1; severity <= ImageNet3dcc.SEVERITIES; severity++) {
                for (int c = 0; c < 10; c++) {
                    Path folder = root.resolve(
                            "%s/%d/%s".formatted(corruption, severity, classes().get(c)));
                    boolean turned = corruption.equals("flash") && c < severity;
                    picture(root, folder.resolve("ILSVRC2012_val_%08d.JPEG".formatted(c)), turned ? c + 1 : c);
                }
            }
        }
    }

    static void text(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
