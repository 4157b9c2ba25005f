package org.vito.deploy.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/**
 * What an object of the demo's world can be: an outline and a pattern that belong together, both drawn in the object's
 * own frame, in which it spans about -1 … 1. Colour is no part of it.
 */
enum Kind {
    BALL {
        @Override
        Shape outline(double form) {
            return new Ellipse2D.Double(-1, -0.85 - 0.15 * form, 2, 1.7 + 0.3 * form);
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            stripes(g, spacing);
        }
    },
    CRATE {
        @Override
        Shape outline(double form) {
            return new Rectangle2D.Double(-0.9, -0.7 - 0.2 * form, 1.8, 1.4 + 0.4 * form);
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            for (double x = -1.2; x < 1.2; x += 2 * spacing) {
                for (double y = -1.2; y < 1.2; y += 2 * spacing) {
                    g.fill(new Rectangle2D.Double(x, y, spacing, spacing));
                    g.fill(new Rectangle2D.Double(x + spacing, y + spacing, spacing, spacing));
                }
            }
        }
    },
    SAIL {
        @Override
        Shape outline(double form) {
            return polygon(0, -1, 0.95, 0.8, -0.75 - 0.2 * form, 0.8);
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            double r = spacing * 0.45;
            for (double x = -1.2; x < 1.2; x += 1.5 * spacing) {
                for (double y = -1.2; y < 1.2; y += 1.5 * spacing) {
                    g.fill(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
                }
            }
        }
    },
    STAR {
        @Override
        Shape outline(double form) {
            return star(5, 0.42 + 0.1 * form);
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            rings(g, spacing, 0, 0);
        }
    },
    CROSS {
        @Override
        Shape outline(double form) {
            double half = 0.28 + 0.1 * form;
            Area area = new Area(new Rectangle2D.Double(-1, -half, 2, 2 * half));
            area.add(new Area(new Rectangle2D.Double(-half, -1, 2 * half, 2)));
            return area;
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            g.setStroke(new BasicStroke((float) (spacing * 0.35)));
            for (double a = -3; a < 3; a += 1.4 * spacing) {
                g.draw(new Line2D.Double(a - 1.5, -1.5, a + 1.5, 1.5));
                g.draw(new Line2D.Double(a - 1.5, 1.5, a + 1.5, -1.5));
            }
        }
    },
    WHEEL {
        @Override
        Shape outline(double form) {
            Area area = new Area(new Ellipse2D.Double(-1, -1, 2, 2));
            double hole = 0.35 + 0.12 * form;
            area.subtract(new Area(new Ellipse2D.Double(-hole, -hole, 2 * hole, 2 * hole)));
            return area;
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            int spokes = (int) Math.round(3 / spacing);
            for (int i = 0; i < spokes; i++) {
                double a = 2 * Math.PI * i / spokes;
                double b = a + Math.PI / spokes;
                g.fill(polygon(0, 0, 2 * Math.cos(a), 2 * Math.sin(a), 2 * Math.cos(b), 2 * Math.sin(b)));
            }
        }
    },
    MOON {
        @Override
        Shape outline(double form) {
            Area area = new Area(new Ellipse2D.Double(-1, -1, 2, 2));
            double shift = 0.5 + 0.2 * form;
            area.subtract(new Area(new Ellipse2D.Double(-1 + shift, -0.85, 1.7, 1.7)));
            return area;
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            g.setStroke(new BasicStroke((float) (spacing * 0.3)));
            for (double y = -1.4; y < 1.4; y += 1.2 * spacing) {
                Path2D zigzag = new Path2D.Double();
                zigzag.moveTo(-1.4, y);
                int tooth = 0;
                for (double x = -1.4; x < 1.4; x += spacing * 0.7) {
                    zigzag.lineTo(x, y + (tooth++ % 2 == 0 ? 0 : spacing * 0.7));
                }
                g.draw(zigzag);
            }
        }
    },
    GEM {
        @Override
        Shape outline(double form) {
            return polygon(-0.6, -0.7, 0.6, -0.7, 1, -0.15 - 0.1 * form, 0, 0.95, -1, -0.15 - 0.1 * form);
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            g.setStroke(new BasicStroke((float) (spacing * 0.35)));
            for (int i = 0; i < 9; i++) {
                double s = 0.2 + i * spacing * 0.8;
                g.draw(new Rectangle2D.Double(-s, -s - 0.1, 2 * s, 2 * s));
            }
        }
    },
    BONE {
        @Override
        Shape outline(double form) {
            double r = 0.36 + 0.08 * form;
            Area area = new Area(new Rectangle2D.Double(-0.7, -0.22, 1.4, 0.44));
            for (int i = 0; i < 4; i++) {
                double x = i < 2 ? -0.7 : 0.7;
                double y = i % 2 == 0 ? -0.28 : 0.28;
                area.add(new Area(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r)));
            }
            return area;
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            g.setStroke(new BasicStroke((float) (spacing * 0.18)));
            for (double y = -1.2; y < 1.2; y += spacing) {
                g.draw(new Line2D.Double(-1.2, y, 1.2, y));
            }
        }
    },
    FLOWER {
        @Override
        Shape outline(double form) {
            Area area = new Area(new Ellipse2D.Double(-0.4, -0.4, 0.8, 0.8));
            for (int i = 0; i < 6; i++) {
                double r = 0.36 + 0.06 * form;
                double x = 0.62 * Math.cos(i * Math.PI / 3);
                double y = 0.62 * Math.sin(i * Math.PI / 3);
                area.add(new Area(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r)));
            }
            return area;
        }

        @Override
        void pattern(Graphics2D g, double spacing) {
            double r = spacing * 0.8;
            g.setStroke(new BasicStroke((float) (spacing * 0.22)));
            for (int i = 0; i < 7; i++) {
                double x = i == 6 ? 0 : 0.62 * Math.cos(i * Math.PI / 3);
                double y = i == 6 ? 0 : 0.62 * Math.sin(i * Math.PI / 3);
                g.draw(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
            }
        }
    };

    /**
     * The object's outline.
     *
     * @param form 0 … 1, by which instances of a kind differ
     */
    abstract Shape outline(double form);

    /**
     * Draws the pattern in the current colour; the caller clips it to the outline.
     *
     * @param spacing distance of its elements, 0.2 … 0.45, by which instances of a kind differ
     */
    abstract void pattern(Graphics2D g, double spacing);

    /** The class's name: its directory in the labelled set and part of a video's name. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Draws an object of this kind under {@code g}'s current transform. */
    void draw(Graphics2D g, AffineTransform placed, double form, double spacing, Color ground, Color figure) {
        AffineTransform outer = g.getTransform();
        Shape clip = g.getClip();
        Shape outline = outline(form);
        g.transform(placed);
        g.setColor(ground);
        g.fill(outline);
        g.clip(outline);
        g.setColor(figure);
        pattern(g, spacing);
        g.setClip(null);
        g.setStroke(new BasicStroke(0.09f));
        g.draw(outline);
        g.setTransform(outer);
        g.setClip(clip);
    }

    private static void stripes(Graphics2D g, double spacing) {
        for (double x = -1.2; x < 1.2; x += 1.4 * spacing) {
            g.fill(new Rectangle2D.Double(x, -1.2, 0.7 * spacing, 2.4));
        }
    }

    private static void rings(Graphics2D g, double spacing, double x, double y) {
        g.setStroke(new BasicStroke((float) (spacing * 0.45)));
        for (double r = spacing * 0.4; r < 1.3; r += spacing) {
            g.draw(new Ellipse2D.Double(x - r, y - r, 2 * r, 2 * r));
        }
    }

    private static Shape polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    private static Shape star(int points, double inner) {
        double[] xy = new double[4 * points];
        for (int i = 0; i < 2 * points; i++) {
            double r = i % 2 == 0 ? 1 : inner;
            double a = Math.PI * i / points - Math.PI / 2;
            xy[2 * i] = r * Math.cos(a);
            xy[2 * i + 1] = r * Math.sin(a);
        }
        return polygon(xy);
    }
}
