package org.vito.tests;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * A picture of a learning curve: a panel for each task, in it a line with 95 % intervals for each run, dashed and level where
 * nothing is learned.
 */
final class CurveChart {
    private static final int PANEL = 440; // wide
    private static final int GAP = 80;
    private static final int HEIGHT = 480;
    private static final int TOP = 60;
    private static final int BOTTOM = 410;
    private static final Color[] COLOURS = {
        new Color(0x0b5fa5), new Color(0xc4571a), new Color(0x2a7d3f), new Color(0x7a3fa0)
    };
    private static final Color STILL = new Color(0x777777);
    private static final Color INK = new Color(0x222222);
    private static final Color GRID = new Color(0xdddddd);

    private final Graphics2D g;
    private final List<CurveArm> arms;
    private final double mostViews;
    private final double low;
    private final double high;

    private CurveChart(Graphics2D g, List<CurveArm> arms) {
        this.g = g;
        this.arms = arms;
        List<CurveArm.Point> all = arms.stream()
                .flatMap(arm -> arm.points().values().stream().flatMap(List::stream))
                .toList();
        mostViews = all.stream().mapToLong(CurveArm.Point::views).max().orElse(1);
        low = Math.floor(
                        20 * all.stream().mapToDouble(CurveArm.Point::low).min().orElse(0))
                / 20;
        high = Math.ceil(20
                        * all.stream().mapToDouble(CurveArm.Point::high).max().orElse(1))
                / 20;
    }

    /** @param tasks titles of the panels by task */
    static void draw(List<CurveArm> arms, Map<String, String> tasks, Path file) throws IOException {
        int width = tasks.size() * (PANEL + GAP) + GAP / 2;
        BufferedImage image = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, HEIGHT);
            CurveChart chart = new CurveChart(g, arms);
            int left = GAP;
            for (Map.Entry<String, String> task : tasks.entrySet()) {
                chart.panel(task.getKey(), task.getValue() + ", top-1 on Fashion-MNIST", left);
                left += PANEL + GAP;
            }
        } finally {
            g.dispose();
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private void panel(String task, String title, int left) {
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
        g.setColor(INK);
        g.drawString(title, left, TOP - 24);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        g.setStroke(new BasicStroke(1));
        for (double share = low; share <= high + 1e-9; share += 0.05) {
            g.setColor(GRID);
            g.draw(new Line2D.Double(left, y(share), left + PANEL, y(share)));
            g.setColor(INK);
            String percent = String.format(Locale.ROOT, "%.0f %%", 100 * share);
            g.drawString(percent, left - 8 - g.getFontMetrics().stringWidth(percent), (float) y(share) + 5);
        }
        double unit = unit();
        for (int tick = 0; tick * unit <= mostViews * 1.001; tick++) {
            centred(String.format(Locale.ROOT, "%,.0f", tick * unit / 1000), x(left, tick * unit), BOTTOM + 24);
        }
        centred("views seen, in thousands; 0 = random initialisation", left + PANEL / 2.0, BOTTOM + 50);
        int learning = 0;
        for (CurveArm arm : arms) {
            if (arm.method().learns()) {
                g.setColor(COLOURS[learning % COLOURS.length]);
                line(arm.of(task), left);
                int y = BOTTOM - 52 + 20 * learning++;
                g.drawString(arm.method().label(), left + PANEL - 100, y);
                g.fill(new Ellipse2D.Double(left + PANEL - 116, y - 9, 8, 8));
            } else {
                level(arm.of(task), arm.method().label(), left);
            }
        }
    }

    private void line(List<CurveArm.Point> points, int left) {
        Path2D path = new Path2D.Double();
        g.setStroke(new BasicStroke(1));
        for (CurveArm.Point point : points) {
            double x = x(left, (double) point.views());
            double y = y(point.top1());
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
            g.draw(new Line2D.Double(x, y(point.low()), x, y(point.high())));
            g.fill(new Ellipse2D.Double(x - 3.5, y - 3.5, 7, 7));
        }
        g.setStroke(new BasicStroke(2));
        g.draw(path);
    }

    private void level(List<CurveArm.Point> points, String label, int left) {
        if (points.isEmpty()) {
            return;
        }
        g.setColor(STILL);
        double y = y(points.get(points.size() - 1).top1());
        g.setStroke(new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {6, 5}, 0));
        g.draw(new Line2D.Double(left, y, left + PANEL, y));
        g.drawString(label, left + PANEL - g.getFontMetrics().stringWidth(label), (float) y - 6);
    }

    /** The smallest of 1, 2, 5, 10, … thousand views of which the axis holds at most eight. */
    private double unit() {
        double[] steps = {2, 2.5, 2};
        double unit = 1000;
        for (int i = 0; mostViews / unit > 8; i++) {
            unit *= steps[i % steps.length];
        }
        return unit;
    }

    private double x(int left, double views) {
        return left + PANEL * views / mostViews;
    }

    private double y(double share) {
        return BOTTOM - (BOTTOM - TOP) * (share - low) / (high - low);
    }

    private void centred(String text, double x, double y) {
        g.drawString(text, (float) (x - g.getFontMetrics().stringWidth(text) / 2.0), (float) y);
    }
}
