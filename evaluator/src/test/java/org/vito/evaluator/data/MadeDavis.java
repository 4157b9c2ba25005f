package org.vito.evaluator.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vito.augment.Images;

/** A small set in the layout of DAVIS: patterned squares that move before a patterned ground, a place of 8 pixels a frame. */
public final class MadeDavis {
    public static final int WIDTH = 160;
    public static final int HEIGHT = 96;
    public static final int FRAMES = 7;

    private static final int SIDE = 32;
    private static final int STEP = 8;

    private MadeDavis() {}

    /** Writes videos "one", which has one object, and "two", which has two. */
    public static void write(Path root) {
        try {
            Files.createDirectories(root.resolve("ImageSets/2017"));
            Files.writeString(root.resolve("ImageSets/2017/val.txt"), "one\ntwo\n");
            for (int t = 0; t < FRAMES; t++) {
                frame(root, "one", 1, t);
                frame(root, "two", 2, t);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void frame(Path root, String video, int objects, int t) throws IOException {
        byte[] labels = new byte[WIDTH * HEIGHT];
        byte[] rgb = new byte[3 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            int x = i % WIDTH;
            int y = i / WIDTH;
            int left = 16 + STEP * t;
            int label = 0;
            if (inside(x, y, left, 8)) {
                label = 1;
            } else if (objects == 2 && inside(x, y, WIDTH - SIDE - left, 56)) {
                label = 2;
            }
            labels[i] = (byte) label;
            int shift = label == 0 ? 0 : label == 1 ? left : WIDTH - SIDE - left;
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = (byte) pattern(label, x - shift, y, c);
            }
        }
        Path jpeg = root.resolve("JPEGImages/480p").resolve(video).resolve("%05d.jpg".formatted(t));
        Files.createDirectories(jpeg.getParent());
        Files.write(jpeg, Images.jpeg(WIDTH, HEIGHT, rgb, 95));
        MaskFiles.write(
                root.resolve("Annotations/480p").resolve(video).resolve("%05d.png".formatted(t)),
                new Mask(WIDTH, HEIGHT, labels));
    }

    private static boolean inside(int x, int y, int left, int top) {
        return x >= left && x < left + SIDE && y >= top && y < top + SIDE;
    }

    private static int pattern(int label, int x, int y, int c) {
        return switch (label) {
            case 0 -> 90 + (int) (40 * Math.sin(0.09 * x + 0.05 * y + c) * Math.cos(0.07 * y));
            case 1 -> c == 0 ? 230 - (x / 4 + y / 4) % 2 * 120 : 30 + (x / 4 + y / 4) % 2 * 60;
            default -> c == 2 ? 240 - y / 3 % 2 * 130 : 60 + y / 3 % 2 * 150;
        };
    }
}
