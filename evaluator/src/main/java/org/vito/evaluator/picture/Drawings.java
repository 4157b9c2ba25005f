package org.vito.evaluator.picture;

import com.google.protobuf.ByteString;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.vito.augment.Images;
import org.vito.evaluator.data.Mask;

/** What sheets are made of. */
public final class Drawings {
    static final Color PAPER = new Color(0xfbfbf9);
    static final Color INK = new Color(0x22262b);
    static final Color PALE = new Color(0x7a828c);

    private static final double DARKEST = 0.12;
    private static final int[] OBJECTS = {0xd62728, 0x2ca02c, 0x1f77b4, 0xff7f0e, 0x9467bd, 0x17becf, 0xe377c2, 0xbcbd22
    };

    private Drawings() {}

    /** A picture as Java draws it. */
    public static BufferedImage image(Images.Picture picture) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        ByteString rgb = picture.rgb();
        for (int i = 0; i < picture.width() * picture.height(); i++) {
            int pixel = ((rgb.byteAt(3 * i) & 0xff) << 16)
                    | ((rgb.byteAt(3 * i + 1) & 0xff) << 8)
                    | (rgb.byteAt(3 * i + 2) & 0xff);
            image.setRGB(i % picture.width(), i / picture.width(), pixel);
        }
        return image;
    }

    /**
     * A picture lit by a map: what counts least is dark, what counts most is as it was, by the root of what lies between.
     *
     * @param map {@code [height × width]}
     */
    public static BufferedImage lit(BufferedImage picture, float[] map) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : map) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        BufferedImage lit = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < map.length; i++) {
            double share = most > least ? Math.sqrt((map[i] - least) / (most - least)) : 0;
            int pixel = picture.getRGB(i % picture.getWidth(), i / picture.getWidth());
            lit.setRGB(
                    i % picture.getWidth(), i / picture.getWidth(), mixed(pixel, 0, DARKEST + (1 - DARKEST) * share));
        }
        return lit;
    }

    /** A picture with a mask of the same size over it, a colour for each object. */
    public static BufferedImage masked(BufferedImage picture, Mask mask) {
        BufferedImage masked = new BufferedImage(picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < mask.labels().length; i++) {
            int label = mask.labels()[i] & 0xff;
            int pixel = picture.getRGB(i % picture.getWidth(), i / picture.getWidth());
            int shown = label == 0 ? pixel : mixed(pixel, OBJECTS[(label - 1) % OBJECTS.length], 0.4);
            masked.setRGB(i % picture.getWidth(), i / picture.getWidth(), shown);
        }
        return masked;
    }

    /** A picture in a frame of a colour, green for what is right and red for what is wrong. */
    public static BufferedImage framed(BufferedImage picture, boolean right) {
        Graphics2D g = picture.createGraphics();
        try {
            int width = Math.max(2, picture.getWidth() / 32);
            g.setStroke(new BasicStroke(2f * width));
            g.setColor(right ? new Color(0x2ca02c) : new Color(0xd62728));
            g.drawRect(0, 0, picture.getWidth() - 1, picture.getHeight() - 1);
        } finally {
            g.dispose();
        }
        return picture;
    }

    private static int mixed(int a, int b, double share) {
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            mixed |= (int) Math.round((a >> shift & 0xff) * share + (b >> shift & 0xff) * (1 - share)) << shift;
        }
        return mixed;
    }

    /** Begins to draw on an empty sheet; the caller disposes of what is returned. */
    static Graphics2D paper(BufferedImage sheet) {
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.setColor(PAPER);
        g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        return g;
    }

    static byte[] png(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
