package org.vito.deploy;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vito.augment.Images;

/**
 * A picture for people of where a network looks: a column for each frame, under it the same frame for each scale, lit by the
 * root of how much its positions count: dark is nothing, as it was is the most of that frame.
 */
final class AttentionSheet {
    private static final int MARGIN = 24;
    private static final int GAP = 12;
    private static final int WIDTH = 220;
    private static final int LABEL = 110;
    private static final int LINE = 22;
    private static final double DARKEST = 0.12;

    private record Column(String title, BufferedImage frame, List<BufferedImage> lit) {}

    private final String heading;
    private final List<String> names;
    private final List<Column> columns = new ArrayList<>();
    private int frameHeight = 1;

    /**
     * An empty sheet.
     *
     * @param heading above everything
     * @param names of the maps, a row each
     */
    AttentionSheet(String heading, List<String> names) {
        this.heading = heading;
        this.names = List.copyOf(names);
    }

    /** Adds a frame and its maps, {@code [height × width]} each. */
    void add(String title, Images.Picture frame, Map<String, float[]> maps) {
        BufferedImage image = Sheets.image(frame);
        List<BufferedImage> lit = names.stream()
                .map(name -> lit(image, maps.getOrDefault(name, new float[0])))
                .toList();
        columns.add(new Column(title, image, lit));
        frameHeight = Math.max(frameHeight, WIDTH * frame.height() / frame.width());
    }

    private static BufferedImage lit(BufferedImage frame, float[] map) {
        float most = 0;
        for (float value : map) {
            most = Math.max(most, value);
        }
        BufferedImage lit = new BufferedImage(frame.getWidth(), frame.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < map.length; i++) {
            int pixel = frame.getRGB(i % frame.getWidth(), i / frame.getWidth());
            double light = DARKEST + (1 - DARKEST) * (most == 0 ? 0 : Math.sqrt(map[i] / most));
            int dimmed = 0;
            for (int shift = 16; shift >= 0; shift -= 8) {
                dimmed |= (int) Math.round((pixel >> shift & 0xff) * light) << shift;
            }
            lit.setRGB(i % frame.getWidth(), i / frame.getWidth(), dimmed);
        }
        return lit;
    }

    /** The picture as PNG. */
    byte[] png() {
        int width = 2 * MARGIN + LABEL + columns.size() * (WIDTH + GAP);
        int height = 2 * MARGIN + 2 * LINE + (names.size() + 1) * (frameHeight + GAP);
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = Sheets.paper(sheet);
        try {
            g.setColor(Sheets.INK);
            g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
            g.drawString(heading, MARGIN, MARGIN + 14);
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
            int top = MARGIN + 2 * LINE;
            for (int row = 0; row <= names.size(); row++) {
                g.setColor(Sheets.PALE);
                int y = top + row * (frameHeight + GAP);
                g.drawString(row == 0 ? "frame" : names.get(row - 1), MARGIN, y + frameHeight / 2);
            }
            for (int i = 0; i < columns.size(); i++) {
                column(g, columns.get(i), MARGIN + LABEL + i * (WIDTH + GAP), top);
            }
        } finally {
            g.dispose();
        }
        return Sheets.png(sheet);
    }

    private void column(Graphics2D g, Column column, int x, int top) {
        g.setColor(Sheets.PALE);
        g.drawString(column.title(), x, top - 6);
        int height =
                Math.max(1, WIDTH * column.frame().getHeight() / column.frame().getWidth());
        g.drawImage(column.frame(), x, top, WIDTH, height, null);
        for (int row = 0; row < column.lit().size(); row++) {
            g.drawImage(column.lit().get(row), x, top + (row + 1) * (frameHeight + GAP), WIDTH, height, null);
        }
    }
}
