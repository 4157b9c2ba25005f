package org.vito.evaluator.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** The accuracy that is lost at each severity of corruption, as the paper's figure 2 shows it. */
public final class LostAccuracy {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int BOTTOM = 50;
    private static final int TOP = 20;
    private static final int RIGHT = 20;

    private LostAccuracy() {}

    /**
     * Draws the curve.
     *
     * @param lost of severity 1, 2, …, shares
     */
    public static byte[] draw(List<Double> lost) {
        double most =
                Math.max(0.1, Math.ceil(lost.stream().mapToDouble(d -> d).max().orElse(0) * 10) / 10);
        double least =
                Math.min(0, Math.floor(lost.stream().mapToDouble(d -> d).min().orElse(0) * 10) / 10);
        BufferedImage sheet = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = Drawings.paper(sheet);
        try {
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
            for (int tenth = (int) Math.round(least * 10); tenth <= Math.round(most * 10); tenth++) {
                int y = y(tenth / 10.0, least, most);
                g.setColor(new Color(0xe4e4e0));
                g.drawLine(LEFT, y, WIDTH - RIGHT, y);
                g.setColor(Drawings.PALE);
                g.drawString(String.format(Locale.ROOT, "%d %%", 10 * tenth), 14, y + 5);
            }
            for (int i = 0; i < lost.size(); i++) {
                g.drawString(String.valueOf(i + 1), x(i, lost.size()) - 3, HEIGHT - BOTTOM + 18);
            }
            g.drawString("severity; accuracy lost of that on images as they are", LEFT, HEIGHT - 10);
            g.setColor(new Color(0x4f46e5));
            g.setStroke(new BasicStroke(2.2f));
            for (int i = 0; i < lost.size(); i++) {
                int x = x(i, lost.size());
                int y = y(lost.get(i), least, most);
                g.fillOval(x - 4, y - 4, 9, 9);
                if (i > 0) {
                    g.drawLine(x(i - 1, lost.size()), y(lost.get(i - 1), least, most), x, y);
                }
            }
        } finally {
            g.dispose();
        }
        return Drawings.png(sheet);
    }

    private static int x(int i, int count) {
        return LEFT + 20 + (count < 2 ? 0 : i * (WIDTH - LEFT - RIGHT - 40) / (count - 1));
    }

    private static int y(double value, double least, double most) {
        return (int) Math.round(HEIGHT - BOTTOM - (value - least) / (most - least) * (HEIGHT - BOTTOM - TOP));
    }
}
