package org.vito.deploy;

import com.google.protobuf.ByteString;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.vito.augment.Images;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** What pictures for people have in common. */
final class Sheets {
    static final Color PAPER = new Color(0xfbfbf9);
    static final Color INK = new Color(0x22262b);
    static final Color PALE = new Color(0x7a828c);

    private Sheets() {}

    /** Begins to draw on an empty picture; the caller disposes of what is returned. */
    static Graphics2D paper(BufferedImage sheet) {
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.setColor(PAPER);
        g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        return g;
    }

    /** A picture as PNG. */
    static byte[] png(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Refuses a file that is not named as a PNG, before anything is computed. */
    static void checkName(Path out) {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new VitoException(Reason.BAD_SETTING, "--out " + out + ": expected a name that ends in .png");
        }
    }

    static void write(Path out, byte[] png) {
        try {
            Files.write(out, png);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, out + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** A time as people read it. */
    static String seconds(long us) {
        return String.format(Locale.ROOT, "%.2f s", us / 1e6);
    }

    /** A picture as Java draws it. */
    static BufferedImage image(Images.Picture picture) {
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
}
