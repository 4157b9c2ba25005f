package org.vito.deploy;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
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
        Graphics2D g = Sheets.paper(sheet);
        try {
            draw(g, frameWidth);
        } finally {
            g.dispose();
        }
        return Sheets.png(sheet);
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
                g.drawImage(Sheets.image(one.picture()), at, y, null);
                words(g, block.clip(), view, one, at + Math.max(size, rowHeight()) + GAP, y);
                y += rowHeight() + GAP;
            }
            y += MARGIN;
        }
    }

    private static void heading(Graphics2D g, Clip clip, int y) {
        g.setColor(Sheets.INK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        String span =
                Sheets.seconds(clip.getStartUs()) + " to " + Sheets.seconds(clip.getStartUs() + clip.getLengthUs());
        g.drawString("Clip from " + span, MARGIN, y + 16);
        int after = g.getFontMetrics().stringWidth("Clip from " + span) + GAP;
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        g.setColor(Sheets.PALE);
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
        g.drawImage(Sheets.image(view.source()), x, y, frameWidth(view.source()), rowHeight(), null);
        Area outside = new Area(whole);
        outside.subtract(new Area(crop));
        g.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, 0.62f));
        g.setColor(Sheets.PAPER);
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
        g.setColor(Sheets.INK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        g.drawString("View " + (number + 1), x, y + 13);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        g.setColor(Sheets.PALE);
        g.drawString(
                "frame %d, %s"
                        .formatted(
                                view.frame() + 1,
                                Sheets.seconds(clip.getFrames(view.frame()).getPtsUs())),
                x,
                y + 13 + LINE);
        g.setColor(Sheets.INK);
        int line = y + 13 + 2 * LINE + 4;
        for (String word : view.words()) {
            g.drawString(word, x, line);
            line += LINE;
        }
    }
}
