package org.vito.deploy;

import com.google.protobuf.ByteString;
import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.vito.augment.ClipViews;
import org.vito.augment.Images;
import org.vito.protocol.v1.Clip;

/**
 * A picture for people: for every clip a heading, and under it a row for each view, with the frame, what was cut from it bright
 * and framed, then the view pixel by pixel, then in words what was done.
 */
final class ViewSheet {
    private static final int MARGIN = 24;
    private static final int GAP = 14;
    private static final int HEADING = 34;
    private static final int TEXT_WIDTH = 230;
    private static final int LEAST_ROW = 168;
    private static final int LINE = 18;
    private static final Color PAPER = new Color(0xfbfbf9);
    private static final Color INK = new Color(0x22262b);
    private static final Color PALE = new Color(0x7a828c);
    private static final Color MARK = new Color(0xffb000);

    private final int size;
    private final List<Block> blocks = new ArrayList<>();

    /** A clip and its views. */
    private record Block(Clip clip, List<ClipViews.View> views) {}

    /** @param size side of the views, pixels */
    ViewSheet(int size) {
        this.size = size;
    }

    void add(Clip clip, List<ClipViews.View> views) {
        blocks.add(new Block(clip, views));
    }

    /** The picture as PNG. */
    byte[] png() {
        int frameWidth = blocks.stream()
                .flatMap(block -> block.views().stream())
                .mapToInt(view -> frameWidth(view.source()))
                .max()
                .orElse(rowHeight());
        int rows = blocks.stream().mapToInt(block -> block.views().size()).sum();
        int width = 2 * MARGIN + frameWidth + GAP + Math.max(size, rowHeight()) + GAP + TEXT_WIDTH;
        int height = 2 * MARGIN - GAP + blocks.size() * (HEADING + MARGIN) - MARGIN + rows * (rowHeight() + GAP);
        BufferedImage sheet = new BufferedImage(width, Math.max(height, 1), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
            g.setColor(PAPER);
            g.fillRect(0, 0, width, height);
            draw(g, frameWidth);
        } finally {
            g.dispose();
        }
        return png(sheet);
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

    private int rowHeight() {
        return Math.max(size, LEAST_ROW);
    }

    private int frameWidth(Images.Picture frame) {
        return Math.max(1, rowHeight() * frame.width() / frame.height());
    }

    private void draw(Graphics2D g, int frameWidth) {
        int y = MARGIN;
        for (Block block : blocks) {
            heading(g, block.clip(), y);
            y += HEADING;
            for (int view = 0; view < block.views().size(); view++) {
                ClipViews.View one = block.views().get(view);
                frame(g, one, MARGIN + frameWidth - frameWidth(one.source()), y);
                int at = MARGIN + frameWidth + GAP;
                g.drawImage(image(one.picture()), at, y, null);
                words(g, block.clip(), view, one, at + Math.max(size, rowHeight()) + GAP, y);
                y += rowHeight() + GAP;
            }
            y += MARGIN;
        }
    }

    private static void heading(Graphics2D g, Clip clip, int y) {
        g.setColor(INK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        String span = seconds(clip.getStartUs()) + " to " + seconds(clip.getStartUs() + clip.getLengthUs());
        g.drawString("Clip from " + span, MARGIN, y + 16);
        int after = g.getFontMetrics().stringWidth("Clip from " + span) + GAP;
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        g.setColor(PALE);
        String id = clip.getVideoId();
        g.drawString(
                clip.getFramesCount() + " frames · video " + id.substring(0, Math.min(12, id.length())),
                MARGIN + after,
                y + 16);
    }

    private void frame(Graphics2D g, ClipViews.View view, int x, int y) {
        double scale = (double) rowHeight() / view.source().height();
        Shape whole = new Rectangle2D.Double(x, y, frameWidth(view.source()), rowHeight());
        Shape crop = new Rectangle2D.Double(
                x + view.x() * scale, y + view.y() * scale, view.width() * scale, view.height() * scale);
        g.drawImage(image(view.source()), x, y, frameWidth(view.source()), rowHeight(), null);
        Area outside = new Area(whole);
        outside.subtract(new Area(crop));
        g.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, 0.62f));
        g.setColor(PAPER);
        g.fill(outside);
        g.setComposite(AlphaComposite.SrcOver);
        Shape clip = g.getClip();
        g.clip(whole);
        g.setColor(MARK);
        g.setStroke(new BasicStroke(3));
        g.draw(crop);
        g.setClip(clip);
    }

    private static void words(Graphics2D g, Clip clip, int number, ClipViews.View view, int x, int y) {
        g.setColor(INK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        g.drawString("View " + (number + 1), x, y + 13);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        g.setColor(PALE);
        g.drawString(
                "frame %d, %s"
                        .formatted(
                                view.frame() + 1,
                                seconds(clip.getFrames(view.frame()).getPtsUs())),
                x,
                y + 13 + LINE);
        g.setColor(INK);
        int line = y + 13 + 2 * LINE + 4;
        for (String word : view.words()) {
            g.drawString(word, x, line);
            line += LINE;
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
