package org.vito.tests;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.vito.decode.VideoWriter;
import org.vito.protocol.CounterRandom;

/** Videos to learn from: real ones where the machine has them, and generated ones. */
final class Videos {
    private static final int WIDTH = 160;
    private static final int HEIGHT = 120;
    private static final int FRAMES_PER_SECOND = 12;
    private static final Path REAL = Path.of("target", "clips");

    private Videos() {}

    /** The sample videos that {@code deploy/check} fetches. */
    static List<Path> real() throws IOException {
        if (!Files.isDirectory(REAL)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(REAL)) {
            return files.filter(f -> f.toString().matches(".*\\.(mp4|avi|mov)"))
                    .map(Path::toAbsolutePath)
                    .sorted()
                    .toList();
        }
    }

    /** Writes a video in which a shape of video {@code number}'s own colours and motion moves: an mp4, or a transport stream. */
    static Path generate(Path file, int number, double seconds) throws IOException {
        CounterRandom random = CounterRandom.of(1, "video", number, 0);
        Color ground = Color.getHSBColor((float) random.nextDouble(), .6f, .5f);
        Color shape = Color.getHSBColor((float) random.nextDouble(), .9f, .9f);
        double speed = random.nextDouble(10, 60);
        double size = random.nextDouble(20, 60);
        String container = file.toString().endsWith(".ts") ? "mpegts" : "mp4";
        var format = new VideoWriter.Format(
                container, "mpeg4", WIDTH, HEIGHT, FRAMES_PER_SECOND, 400_000, FRAMES_PER_SECOND);
        try (VideoWriter writer = VideoWriter.create(file, format)) {
            for (int frame = 0; frame < seconds * FRAMES_PER_SECOND; frame++) {
                double t = (double) frame / FRAMES_PER_SECOND;
                BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
                Graphics2D g = image.createGraphics();
                g.setColor(ground);
                g.fillRect(0, 0, WIDTH, HEIGHT);
                g.setColor(shape);
                int x = (int) (speed * t % WIDTH);
                int y = (int) (HEIGHT / 2.0 * (1 + Math.sin(t + number)) - size / 2);
                if (number % 2 == 0) {
                    g.fillRect(x, y, (int) size, (int) size);
                } else {
                    g.fillOval(x, y, (int) size, (int) size);
                }
                g.dispose();
                writer.frame(rgb(image), Math.round(t * 1e6));
            }
        }
        return file;
    }

    /** A video whose file was cut in the middle: its index, which this container has at the end, is gone. */
    static void truncated(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(generate(file, 90, 6));
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    }

    /** A container of a video stream without a frame. */
    static void withoutFrames(Path file) throws IOException {
        generate(file, 91, 0);
    }

    /** Images of {@code classes} colours: train/CLASS/*.png and test/CLASS/*.png. */
    static Path labelled(Path directory, int classes, int train, int test) throws IOException {
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < train + test; i++) {
                CounterRandom random = CounterRandom.of(2, "image", c, i);
                BufferedImage image = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
                Graphics2D g = image.createGraphics();
                g.setColor(Color.getHSBColor((float) c / classes, .8f, (float) random.nextDouble(.5, 1)));
                g.fillRect(0, 0, 48, 48);
                g.setColor(Color.WHITE);
                g.fillOval(random.nextInt(30), random.nextInt(30), 12, 12);
                g.dispose();
                Path folder = directory.resolve(i < train ? "train" : "test").resolve("class" + c);
                Files.createDirectories(folder);
                ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
            }
        }
        return directory;
    }

    private static byte[] rgb(BufferedImage image) {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int pixel = image.getRGB(x, y);
                int at = (y * WIDTH + x) * 3;
                rgb[at] = (byte) (pixel >> 16);
                rgb[at + 1] = (byte) (pixel >> 8);
                rgb[at + 2] = (byte) pixel;
            }
        }
        return rgb;
    }
}
