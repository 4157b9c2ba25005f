package org.vito.evaluator.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Masks as PNG files of one palette index a pixel, as DAVIS has them. */
public final class MaskFiles {
    private static final int COLOURS = 256;
    private static final IndexColorModel PALETTE = palette();

    private MaskFiles() {}

    /**
     * Reads a mask.
     *
     * @throws VitoException BAD_DATA_SET naming the file if it is no picture of one number a pixel
     */
    public static Mask read(Path file) {
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) { // ImageIO throws both at damaged files
            throw DataSets.bad("%s cannot be read as a PNG: %s".formatted(file, e), e);
        }
        if (image == null || image.getRaster().getNumBands() != 1) {
            throw DataSets.bad("%s is no PNG with one palette index (or grey value) a pixel".formatted(file));
        }
        Raster raster = image.getRaster();
        int[] samples = raster.getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
        byte[] labels = new byte[samples.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) samples[i];
        }
        return new Mask(image.getWidth(), image.getHeight(), labels);
    }

    /**
     * Writes a mask in the colours of DAVIS, through a file beside it, so that nobody finds half of one.
     *
     * @throws VitoException STORAGE if it cannot be written
     */
    public static void write(Path file, Mask mask) {
        BufferedImage image = new BufferedImage(mask.width(), mask.height(), BufferedImage.TYPE_BYTE_INDEXED, PALETTE);
        byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(mask.labels(), 0, pixels, 0, pixels.length);
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (!ImageIO.write(image, "png", partial.toFile())) {
                throw new IOException("this Java writes no PNG");
            }
            Files.move(partial, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    /** Colour n by the bits of n, three to each of red, green and blue, the lowest as the highest: the palette of PASCAL VOC. */
    private static IndexColorModel palette() {
        byte[][] rgb = new byte[3][COLOURS];
        for (int n = 0; n < COLOURS; n++) {
            int rest = n;
            for (int shift = 7; shift >= 0; shift--) {
                for (int c = 0; c < rgb.length; c++) {
                    rgb[c][n] |= (byte) ((rest >> c & 1) << shift);
                }
                rest >>= 3;
            }
        }
        return new IndexColorModel(8, COLOURS, rgb[0], rgb[1], rgb[2]);
    }
}
