package org.vito.tests;

import org.vito.protocol.CounterRandom;

/**
 * A video of one still picture, made by moving a camera.
 *
 * <p>The camera follows the picture as a hand would: it pans by up to 15 % of the picture's half width, zooms so that the
 * frame spans 0.9 to 1.4 times the picture, and rolls by up to 17°, each swinging 0.2 to 0.6 times a second. The light
 * swings too, between 0.6 and 1.2 of full, and falls in from a side that moves. Behind the picture, where it is dark, a wall
 * of smooth noise passes by: it is farther away, so the camera that keeps the picture in sight sweeps over it at 0.4 to 1
 * frame widths a second, and frames a second apart have different walls behind them. Everything is a function of the seed,
 * the picture's number and the time.
 */
final class CameraVideo {
    private static final int WALL = 128; // the wall's texture repeats after so many cells
    private static final double CELLS = 10; // of it, across a frame
    private static final double DIMMEST = 0.15; // brightness from which a picture hides what is behind

    private final GreyImages pictures;
    private final int picture;
    private final int side;
    private final Swing panX;
    private final Swing panY;
    private final Swing zoom;
    private final Swing roll;
    private final Swing light;
    private final Swing lamp;
    private final double heading;
    private final double sweep;
    private final double wallLight;
    private final double[] wall = new double[WALL * WALL];

    /**
     * @param seed of the camera, the light and the wall
     * @param picture number of the picture in {@code pictures}
     * @param side of the frames in pixels
     */
    CameraVideo(GreyImages pictures, int picture, long seed, int side) {
        this.pictures = pictures;
        this.picture = picture;
        this.side = side;
        CounterRandom random = CounterRandom.of(seed, "camera", picture, 0);
        panX = Swing.of(random);
        panY = Swing.of(random);
        zoom = Swing.of(random);
        roll = Swing.of(random);
        light = Swing.of(random);
        lamp = Swing.of(random);
        heading = random.nextDouble(0, 2 * Math.PI);
        sweep = random.nextDouble(0.4, 1);
        wallLight = random.nextDouble(0, 0.5);
        CounterRandom texture = CounterRandom.of(seed, "wall", picture, 0);
        for (int i = 0; i < wall.length; i++) {
            wall[i] = texture.nextDouble();
        }
    }

    /** Something that swings: where it begins, in turns, and how fast it is, in turns a second. */
    private record Swing(double phase, double rate) {
        static Swing of(CounterRandom random) {
            return new Swing(random.nextDouble(), random.nextDouble(0.2, 0.6));
        }

        /** Where it is, -1 … 1. */
        double at(double seconds) {
            return StrictMath.sin(2 * Math.PI * (phase + rate * seconds));
        }
    }

    /**
     * Where the camera is: the point (u, v) of a frame, -1 … 1 from edge to edge, shows a point of the picture.
     *
     * @param cos share of u in x, and of v in y: the scale times the roll's cosine
     * @param sin share of u in y, and less that of v in x
     * @param x of the picture in the frame's centre
     * @param y of the picture in the frame's centre
     */
    record Pose(double cos, double sin, double x, double y) {
        double x(double u, double v) {
            return x + cos * u - sin * v;
        }

        double y(double u, double v) {
            return y + sin * u + cos * v;
        }
    }

    /** Where the camera is at {@code seconds}. */
    Pose pose(double seconds) {
        double scale = 1.15 * StrictMath.pow(1.2, zoom.at(seconds));
        double angle = 0.3 * roll.at(seconds);
        return new Pose(
                scale * StrictMath.cos(angle),
                scale * StrictMath.sin(angle),
                0.15 * panX.at(seconds),
                0.15 * panY.at(seconds));
    }

    /** The frame at {@code timeUs}, as {@code [side, side, 3]} RGB bytes, grey. */
    byte[] frame(long timeUs) {
        double seconds = timeUs / 1e6;
        Pose pose = pose(seconds);
        double wallX = CELLS * sweep * seconds * StrictMath.cos(heading);
        double wallY = CELLS * sweep * seconds * StrictMath.sin(heading);
        double from = Math.PI * lamp.at(seconds);
        double lampX = 0.25 * StrictMath.cos(from);
        double lampY = 0.25 * StrictMath.sin(from);
        double brightness = 0.9 + 0.3 * light.at(seconds);
        byte[] rgb = new byte[side * side * 3];
        for (int row = 0; row < side; row++) {
            double v = (2 * row + 1.0) / side - 1;
            for (int column = 0; column < side; column++) {
                double u = (2 * column + 1.0) / side - 1;
                double x = pose.x(u, v);
                double y = pose.y(u, v);
                double front = pictures.at(picture, x, y);
                double behind = wallLight * wall(wallX + CELLS / 2 * x, wallY + CELLS / 2 * y);
                double seen = front + Math.max(0, 1 - front / DIMMEST) * behind;
                double lit = seen * brightness * (1 + lampX * u + lampY * v);
                byte grey = (byte) Math.round(255 * Math.min(1, lit));
                int at = 3 * (row * side + column);
                rgb[at] = grey;
                rgb[at + 1] = grey;
                rgb[at + 2] = grey;
            }
        }
        return rgb;
    }

    /** Brightness of the wall, 0 … 1: value noise, its cells joined smoothly. */
    private double wall(double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        double right = smooth(x - left);
        double down = smooth(y - top);
        double upper = (1 - right) * cell(top, left) + right * cell(top, left + 1);
        double lower = (1 - right) * cell(top + 1, left) + right * cell(top + 1, left + 1);
        return (1 - down) * upper + down * lower;
    }

    private double cell(int row, int column) {
        return wall[Math.floorMod(row, WALL) * WALL + Math.floorMod(column, WALL)];
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
