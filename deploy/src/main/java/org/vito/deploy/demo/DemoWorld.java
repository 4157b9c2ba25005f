package org.vito.deploy.demo;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;
import org.vito.protocol.CounterRandom;

/**
 * A world in which frames close in time share one thing only: which object they show.
 *
 * <p>An instance of one of ten kinds keeps its outline and pattern for the length of a video. Its position, size, turn,
 * colours, light, what is behind it and what is before it change within a second or two, well inside the 2.56 s from which
 * training draws its views. A network that learns what persists therefore learns the kinds, while one that has learned
 * nothing sees mostly colours and backgrounds, which say nothing about them. Everything is a function of the seed, the
 * instance's name and the time.
 */
final class DemoWorld {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final double SCENE_SECONDS = 1.1;

    private final long seed;
    private final int side;

    /**
     * @param seed of the whole world
     * @param side of its frames in pixels
     */
    DemoWorld(long seed, int side) {
        this.seed = seed;
        this.side = side;
    }

    /** Something that swings: where it begins, in turns, and how fast it is, in turns a second. */
    record Swing(double phase, double rate) {
        private static Swing of(CounterRandom random) {
            return new Swing(random.nextDouble(), random.nextDouble(0.2, 0.6));
        }

        /** Where it is, -1 … 1. */
        double at(double seconds) {
            return Math.sin(2 * Math.PI * (phase + rate * seconds));
        }
    }

    /**
     * One object with its ways of moving.
     *
     * @param name under which it can be made again
     * @param form by which it differs from others of its kind, as the next
     * @param spacing of its pattern's elements
     * @param x across the frame
     * @param y down the frame
     * @param size larger and smaller
     * @param turn about itself
     */
    record Instance(String name, Kind kind, double form, double spacing, Swing x, Swing y, Swing size, Swing turn) {
        /** Length of the instance's video in microseconds. */
        long durationUs() {
            return 8_000_000 + (long) (2_000_000 * form);
        }
    }

    /** Names of the classes, in order. */
    static List<String> classes() {
        return KINDS.stream().map(Kind::word).toList();
    }

    /** The instance called {@code name} of class {@code kind} (0 … 9). */
    Instance instance(String name, int kind) {
        CounterRandom random = CounterRandom.of(seed, "instance/" + name, 0, 0);
        return new Instance(
                name,
                KINDS.get(kind),
                random.nextDouble(),
                random.nextDouble(0.2, 0.45),
                Swing.of(random),
                Swing.of(random),
                Swing.of(random),
                Swing.of(random));
    }

    /** The frame at {@code timeUs}, as {@code [side, side, 3]} RGB bytes. */
    byte[] frame(Instance instance, long timeUs) {
        BufferedImage image = image(instance, timeUs);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        byte[] rgb = new byte[bgr.length];
        for (int i = 0; i < bgr.length; i += 3) {
            rgb[i] = bgr[i + 2];
            rgb[i + 1] = bgr[i + 1];
            rgb[i + 2] = bgr[i];
        }
        return rgb;
    }

    /** The frame at {@code timeUs}. */
    BufferedImage image(Instance instance, long timeUs) {
        double seconds = timeUs / 1e6;
        int number = (int) (seconds / SCENE_SECONDS);
        double inScene = seconds - number * SCENE_SECONDS;
        Scene scene = Scene.of(CounterRandom.of(seed, "scene/" + instance.name(), number, 0));
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            scene.paintBackground(g, side, inScene, CounterRandom.of(seed, "layout/" + instance.name(), number, 0));
            var colours = scene.objectColours(inScene);
            instance.kind()
                    .draw(g, placed(instance, seconds), instance.form(), instance.spacing(), colours[0], colours[1]);
            scene.paintForeground(g, side, inScene);
        } finally {
            g.dispose();
        }
        return image;
    }

    private AffineTransform placed(Instance instance, double seconds) {
        double radius = side * (0.36 + 0.1 * instance.size().at(seconds));
        AffineTransform placed = AffineTransform.getTranslateInstance(
                side * (0.5 + 0.13 * instance.x().at(seconds)),
                side * (0.5 + 0.13 * instance.y().at(seconds)));
        placed.rotate(0.6 * instance.turn().at(seconds));
        placed.scale(radius, radius);
        return placed;
    }
}
