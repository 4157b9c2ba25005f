package org.vito.evaluator.picture;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Rows of pictures under names of columns, as PNG. Pictures are drawn at one width, those of a row should be of one shape. */
public final class Sheet {
    private static final int MARGIN = 16;
    private static final int GAP = 8;
    private static final int WIDTH = 128;
    private static final int LABEL = 120;
    private static final int LINE = 20;

    private record Row(String label, List<BufferedImage> cells, int height) {}

    private final List<String> columns;
    private final List<Row> rows = new ArrayList<>();

    /** An empty sheet. */
    public Sheet(List<String> columns) {
        this.columns = List.copyOf(columns);
    }

    /** Adds a row; its pictures are drawn small now and not kept. */
    public void row(String label, List<BufferedImage> pictures) {
        List<BufferedImage> cells = pictures.stream().map(Sheet::small).toList();
        int height = cells.stream().mapToInt(BufferedImage::getHeight).max().orElse(1);
        rows.add(new Row(label, cells, height));
    }

    private static BufferedImage small(BufferedImage picture) {
        int height = Math.max(1, WIDTH * picture.getHeight() / picture.getWidth());
        BufferedImage cell = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = Drawings.paper(cell);
        try {
            g.drawImage(picture, 0, 0, WIDTH, height, null);
        } finally {
            g.dispose();
        }
        return cell;
    }

    /** Whether it has no row yet. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The sheet. */
    public byte[] png() {
        int width = 2 * MARGIN + LABEL + columns.size() * (WIDTH + GAP) - GAP;
        int height = 2 * MARGIN
                + LINE
                + rows.stream().mapToInt(row -> row.height() + GAP).sum();
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = Drawings.paper(sheet);
        try {
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
            g.setColor(Drawings.PALE);
            for (int i = 0; i < columns.size(); i++) {
                g.drawString(columns.get(i), MARGIN + LABEL + i * (WIDTH + GAP), MARGIN + LINE - 7);
            }
            int y = MARGIN + LINE;
            for (Row row : rows) {
                row(g, row, y);
                y += row.height() + GAP;
            }
        } finally {
            g.dispose();
        }
        return Drawings.png(sheet);
    }

    private static void row(Graphics2D g, Row row, int y) {
        g.setColor(Drawings.INK);
        String label = row.label();
        while (!label.isEmpty() && g.getFontMetrics().stringWidth(label) > LABEL - GAP) {
            label = label.substring(0, label.length() - 1);
        }
        g.drawString(label, MARGIN, y + row.height() / 2 + 5);
        for (int i = 0; i < row.cells().size(); i++) {
            g.drawImage(row.cells().get(i), MARGIN + LABEL + i * (WIDTH + GAP), y, null);
        }
    }
}
