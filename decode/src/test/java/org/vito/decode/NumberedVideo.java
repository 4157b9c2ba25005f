package org.vito.decode;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntToLongFunction;
import javax.imageio.ImageIO;

/** Videos in which every frame shows its own number as 16 big black or white blocks, 4 × 4, the lowest bit first. */
final class NumberedVideo {
    static final int WIDTH = 640;
    static final int HEIGHT = 480;

    private NumberedVideo() {}

    static byte[] frame(int number, int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int bit = (y * 4 / height) * 4 + x * 4 / width;
                byte value = (byte) ((number >> bit & 1) == 1 ? 255 : 0);
                int at = 3 * (y * width + x);
                rgb[at] = value;
                rgb[at + 1] = value;
                rgb[at + 2] = value;
            }
        }
        return rgb;
    }

    /** Writes {@code frames} frames, frame i at {@code ptsUs(i)}. */
    static Path write(
            Path file, VideoWriter.Format format, LibavVideoWriter.Extras extras, int frames, IntToLongFunction ptsUs)
            throws IOException {
        try (VideoWriter writer = LibavVideoWriter.create(file, format, extras)) {
            for (int i = 0; i < frames; i++) {
                writer.frame(frame(i, format.width(), format.height()), ptsUs.applyAsLong(i));
            }
        }
        return file;
    }

    static VideoWriter.Format format(String container, String codec, double rate, int keyframeInterval) {
        return new VideoWriter.Format(container, codec, WIDTH, HEIGHT, rate, 4_000_000, keyframeInterval);
    }

    static IntToLongFunction at(double rate) {
        return i -> Math.round(i * 1e6 / rate);
    }

    static BufferedImage image(byte[] jpeg) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            if (image == null) {
                throw new AssertionError("not a JPEG that javax.imageio reads");
            }
            return image;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The number that {@code image} shows. */
    static int number(BufferedImage image) {
        int number = 0;
        for (int bit = 0; bit < 16; bit++) {
            int x = (2 * (bit % 4) + 1) * image.getWidth() / 8;
            int y = (2 * (bit / 4) + 1) * image.getHeight() / 8;
            int grey = image.getRGB(x, y) >> 8 & 0xff;
            if (grey > 80 && grey < 176) {
                throw new AssertionError("block %d is neither black nor white but %d".formatted(bit, grey));
            }
            number |= (grey > 128 ? 1 : 0) << bit;
        }
        return number;
    }
}
