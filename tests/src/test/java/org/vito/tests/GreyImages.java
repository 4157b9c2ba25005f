package org.vito.tests;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The images of an IDX file of MNIST's kind, {@code [count, height, width]} bytes; labels are another file, left unread. */
final class GreyImages {
    private static final int BYTES_IN_THREE_DIMENSIONS = 0x0803;

    private final int height;
    private final int width;
    private final byte[][] images;

    private GreyImages(int height, int width, byte[][] images) {
        this.height = height;
        this.width = width;
        this.images = images;
    }

    /** Reads {@code train-images-idx3-ubyte.gz}, or the same without {@code .gz}, of {@code directory}. */
    static GreyImages training(Path directory) throws IOException {
        Path packed = directory.resolve("train-images-idx3-ubyte.gz");
        Path file = Files.exists(packed) ? packed : directory.resolve("train-images-idx3-ubyte");
        try (InputStream raw = Files.newInputStream(file);
                InputStream bytes = file.equals(packed) ? new GZIPInputStream(raw, 1 << 16) : raw;
                DataInputStream in = new DataInputStream(new BufferedInputStream(bytes, 1 << 16))) {
            int magic = in.readInt();
            if (magic != BYTES_IN_THREE_DIMENSIONS) {
                throw new IOException("%s begins with %08x; expected %08x, images in IDX format"
                        .formatted(file, magic, BYTES_IN_THREE_DIMENSIONS));
            }
            byte[][] images = new byte[in.readInt()][];
            int height = in.readInt();
            int width = in.readInt();
            for (int i = 0; i < images.length; i++) {
                images[i] = in.readNBytes(height * width);
                if (images[i].length != height * width) {
                    throw new IOException("%s ends at image %d; expected %d of them".formatted(file, i, images.length));
                }
            }
            return new GreyImages(height, width, images);
        }
    }

    /** Images of the caller's own, {@code [height, width]} bytes each. */
    static GreyImages of(int height, int width, byte[]... images) {
        return new GreyImages(height, width, images);
    }

    int count() {
        return images.length;
    }

    /**
     * Brightness of image {@code number} between its pixels' centres, bilinear; black around it.
     *
     * @param x -1 (left edge) … 1 (right edge)
     * @param y -1 (upper edge) … 1 (lower edge)
     * @return 0 … 1
     */
    double at(int number, double x, double y) {
        double column = (x + 1) / 2 * width - 0.5;
        double row = (y + 1) / 2 * height - 0.5;
        int left = (int) Math.floor(column);
        int top = (int) Math.floor(row);
        double right = column - left;
        double down = row - top;
        byte[] image = images[number];
        double upper = (1 - right) * pixel(image, top, left) + right * pixel(image, top, left + 1);
        double lower = (1 - right) * pixel(image, top + 1, left) + right * pixel(image, top + 1, left + 1);
        return ((1 - down) * upper + down * lower) / 255;
    }

    private int pixel(byte[] image, int row, int column) {
        return row < 0 || row >= height || column < 0 || column >= width ? 0 : image[row * width + column] & 0xff;
    }
}
