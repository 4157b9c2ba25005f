package org.vito.deploy.demo;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import org.vito.protocol.CounterRandom;

/**
 * Where an object is seen for a second or so: a background of some pattern and colours that scrolls, a light, and hues
 * that have nothing to do with what the object is. All lengths are shares of the frame's side.
 */
record Scene(
        int pattern,
        float hue,
        float hueSpread,
        float brightness,
        double scrollX,
        double scrollY,
        double grain,
        float objectHue,
        boolean darkFigure,
        double light,
        double occluder) {
    private static final int PATTERNS = 4;

    static Scene of(CounterRandom random) {
        return new Scene(
                random.nextInt(PATTERNS),
                (float) random.nextDouble(),
                (float) random.nextDouble(0.05, 0.5),
                (float) random.nextDouble(0.3, 0.95),
                random.nextDouble(-0.35, 0.35),
                random.nextDouble(-0.35, 0.35),
                random.nextDouble(0.12, 0.35),
                (float) random.nextDouble(),
                random.nextBoolean(0.5),
                random.nextDouble(-0.35, 0.3),
                random.nextBoolean(0.3) ? random.nextDouble(0.1, 0.25) : 0);
    }

    /** Paints the background {@code seconds} into the scene. */
    void paintBackground(Graphics2D g, int side, double seconds, CounterRandom layout) {
        g.setPaint(new GradientPaint(0, 0, colour(0, 0.45f), side, side, colour(1, 0.65f)));
        g.fillRect(0, 0, side, side);
        double dx = wrap(scrollX * seconds);
        double dy = wrap(scrollY * seconds);
        for (int i = 0; i < 14; i++) {
            double x = (wrap(layout.nextDouble() + dx) * 1.4 - 0.2) * side;
            double y = (wrap(layout.nextDouble() + dy) * 1.4 - 0.2) * side;
            double w = grain * side * layout.nextDouble(0.5, 1.5);
            double h = grain * side * layout.nextDouble(0.5, 1.5);
            g.setColor(colour((float) layout.nextDouble(), (float) layout.nextDouble(0.35, 0.8)));
            switch (pattern) {
                case 0 -> g.fill(new Ellipse2D.Double(x - w / 2, y - h / 2, w, h));
                case 1 -> g.fill(new Rectangle2D.Double(x - w / 2, y - h / 2, w, h));
                case 2 -> g.fill(new Rectangle2D.Double(x - w / 2, y - 4 * h, w * 0.3, 8 * h));
                default -> g.fill(new Rectangle2D.Double(x - 4 * w, y - h / 2, 8 * w, h * 0.3));
            }
        }
    }

    /** Covers part of the object with a bar, and darkens or brightens the frame. */
    void paintForeground(Graphics2D g, int side, double seconds) {
        if (occluder > 0) {
            double x = wrap(0.1 + scrollX * 2 * seconds) * 1.2 - 0.1;
            g.setColor(colour(0.5f, 0.5f));
            g.fill(new Rectangle2D.Double(x * side, 0, occluder * side, side));
        }
        if (light != 0) {
            g.setColor(new Color(light > 0 ? 0xffffff : 0));
            float strength = (float) Math.abs(light);
            Color tone = g.getColor();
            g.setColor(new Color(tone.getRed(), tone.getGreen(), tone.getBlue(), Math.round(255 * strength)));
            g.fillRect(0, 0, side, side);
        }
    }

    /** The two colours of the object. */
    Color[] objectColours(double seconds) {
        float h = (float) (objectHue + 0.15 * seconds);
        Color light = Color.getHSBColor(h, 0.5f, 0.98f);
        Color dark = Color.getHSBColor(h + 0.1f, 0.8f, 0.25f);
        return darkFigure ? new Color[] {light, dark} : new Color[] {dark, light};
    }

    private Color colour(float where, float saturation) {
        return Color.getHSBColor(hue + hueSpread * where, saturation, brightness * (0.6f + 0.4f * where));
    }

    private static double wrap(double x) {
        return x - Math.floor(x);
    }
}
