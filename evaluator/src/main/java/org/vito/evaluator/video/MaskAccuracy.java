package org.vito.evaluator.video;

import java.util.ArrayList;
import java.util.List;

/**
 * How well a mask agrees with the true one: region similarity J and boundary accuracy F of DAVIS (Perazzi et al., "A benchmark
 * dataset and evaluation methodology for video object segmentation", CVPR 2016), as davis2017-evaluation computes them.
 *
 * <p>Masks are {@code [height × width]}, true where the object is.
 */
final class MaskAccuracy {
    /** Distance within which boundaries agree, as a share of the picture's diagonal. */
    private static final double TOLERANCE = 0.008;

    private MaskAccuracy() {}

    /** Intersection over union; 1 if both masks are empty. */
    static double region(boolean[] truth, boolean[] found) {
        long both = 0;
        long either = 0;
        for (int i = 0; i < truth.length; i++) {
            both += truth[i] && found[i] ? 1 : 0;
            either += truth[i] || found[i] ? 1 : 0;
        }
        return either == 0 ? 1 : (double) both / either;
    }

    /**
     * Harmonic mean of precision and recall of the boundary's pixels, which count where the other boundary is within
     * ceil(0.008 of the diagonal) pixels; 1 if neither mask has a boundary, 0 if one alone has.
     */
    static double boundary(boolean[] truth, boolean[] found, int height, int width) {
        boolean[] trueLine = line(truth, height, width);
        boolean[] foundLine = line(found, height, width);
        int radius = (int) Math.ceil(TOLERANCE * Math.hypot(height, width));
        List<int[]> disk = disk(radius);
        double precision = near(foundLine, trueLine, disk, height, width);
        double recall = near(trueLine, foundLine, disk, height, width);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** Share of the pixels of {@code line} that have one of {@code other} near; 1 if there are none. */
    private static double near(boolean[] line, boolean[] other, List<int[]> disk, int height, int width) {
        int all = 0;
        int near = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (line[y * width + x]) {
                    all++;
                    near += hits(other, disk, y, x, height, width) ? 1 : 0;
                }
            }
        }
        return all == 0 ? 1 : (double) near / all;
    }

    private static boolean hits(boolean[] line, List<int[]> disk, int y, int x, int height, int width) {
        for (int[] by : disk) {
            int row = y + by[0];
            int column = x + by[1];
            if (row >= 0 && row < height && column >= 0 && column < width && line[row * width + column]) {
                return true;
            }
        }
        return false;
    }

    /** Steps, rows first, of at most {@code radius} pixels, the shorter ones first. */
    private static List<int[]> disk(int radius) {
        List<int[]> disk = new ArrayList<>();
        for (int y = -radius; y <= radius; y++) {
            for (int x = -radius; x <= radius; x++) {
                if (y * y + x * x <= radius * radius) {
                    disk.add(new int[] {y, x});
                }
            }
        }
        disk.sort(java.util.Comparator.comparingInt(by -> by[0] * by[0] + by[1] * by[1]));
        return disk;
    }

    /** A line one pixel wide: the pixels that differ from the one to the right, below, or to the right below. */
    private static boolean[] line(boolean[] mask, int height, int width) {
        boolean[] line = new boolean[mask.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean here = mask[y * width + x];
                boolean right = x + 1 < width && mask[y * width + x + 1] != here;
                boolean below = y + 1 < height && mask[(y + 1) * width + x] != here;
                boolean across = x + 1 < width && y + 1 < height && mask[(y + 1) * width + x + 1] != here;
                line[y * width + x] = right || below || across;
            }
        }
        return line;
    }
}
