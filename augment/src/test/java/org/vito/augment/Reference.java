package org.vito.augment;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** The transforms written a second time, plainly, pixel by pixel in double precision: what the fast ones must agree with. */
final class Reference {
    private Reference() {}

    /** {@code [3][height][width]} in 0 … 1. */
    static double[][][] picture(byte[] rgb, int width, int height) {
        double[][][] out = new double[3][height][width];
        for (int i = 0; i < width * height * 3; i++) {
            out[i % 3][i / 3 / width][i / 3 % width] = (rgb[i] & 0xff) / 255.0;
        }
        return out;
    }

    static double[][][] view(byte[] rgb, int width, int height, ViewDraw draw, int size, JitterDefinition definition) {
        double[][][] x = picture(rgb, width, height);
        ViewDraw.Crop crop = draw.crop();
        double[][][] cut = new double[3][crop.height()][crop.width()];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < crop.height(); y++) {
                System.arraycopy(x[c][crop.y() + y], crop.x(), cut[c][y], 0, crop.width());
            }
        }
        x = resize(cut, size, size, false);
        if (draw.flip()) {
            for (double[][] plane : x) {
                for (double[] row : plane) {
                    for (int i = 0; i < size / 2; i++) {
                        double left = row[i];
                        row[i] = row[size - 1 - i];
                        row[size - 1 - i] = left;
                    }
                }
            }
        }
        if (draw.jitter()) {
            for (int op : draw.order()) {
                if (definition == JitterDefinition.BYOL) {
                    byol(x, op, draw);
                } else {
                    torchvision(x, op, draw);
                }
            }
        }
        if (draw.grey()) {
            each(x, p -> {
                double grey = grey(p);
                return new double[] {grey, grey, grey};
            });
        }
        if (draw.blur()) {
            x = blur(x, draw.sigma(), size / 10 / 2);
        }
        if (draw.solarise()) {
            each(x, p -> new double[] {solarise(p[0]), solarise(p[1]), solarise(p[2])});
        }
        return x;
    }

    private static void byol(double[][][] x, int op, ViewDraw draw) {
        switch (op) {
            case 0 -> eachValue(x, v -> v + draw.brightness());
            case 1 -> contrast(x, draw.contrast());
            case 2 ->
                each(x, p -> {
                    double[] hsv = toHsv(p);
                    return toRgb(hsv[0], clip(hsv[1] * draw.saturation()), hsv[2]);
                });
            default -> hue(x, draw.hue());
        }
    }

    /** After torchvision's {@code _functional_tensor.py}: each change is a blend with another picture, but for hue. */
    static void torchvision(double[][][] x, int op, ViewDraw draw) {
        switch (op) {
            case 0 -> eachValue(x, v -> v * (1 + draw.brightness()));
            case 1 -> {
                double[] sum = new double[2];
                each(x, p -> {
                    sum[0] += grey(p);
                    sum[1]++;
                    return p;
                });
                eachValue(x, v -> draw.contrast() * v + (1 - draw.contrast()) * (sum[0] / sum[1]));
            }
            case 2 -> {
                double f = draw.saturation();
                each(x, p -> {
                    double other = (1 - f) * grey(p);
                    return new double[] {clip(f * p[0] + other), clip(f * p[1] + other), clip(f * p[2] + other)};
                });
            }
            default -> hue(x, draw.hue());
        }
    }

    private static void hue(double[][][] x, double turn) {
        each(x, p -> {
            double[] hsv = toHsv(p);
            double h = hsv[0] + turn;
            return toRgb(h - Math.floor(h), hsv[1], hsv[2]);
        });
    }

    private static double grey(double[] p) {
        return .2989 * p[0] + .587 * p[1] + .114 * p[2];
    }

    private static double solarise(double v) {
        return v < .5 ? v : 1 - v;
    }

    static double clip(double v) {
        return Math.max(0, Math.min(1, v));
    }

    private static void eachValue(double[][][] x, DoubleUnaryOperator op) {
        each(
                x, p -> new double[] {
                    clip(op.applyAsDouble(p[0])), clip(op.applyAsDouble(p[1])), clip(op.applyAsDouble(p[2]))
                });
    }

    private static void each(double[][][] x, UnaryOperator<double[]> op) {
        for (int i = 0; i < x[0].length; i++) {
            for (int j = 0; j < x[0][i].length; j++) {
                double[] p = op.apply(new double[] {x[0][i][j], x[1][i][j], x[2][i][j]});
                for (int c = 0; c < 3; c++) {
                    x[c][i][j] = p[c];
                }
            }
        }
    }

    static void contrast(double[][][] x, double factor) {
        for (double[][] plane : x) {
            double sum = 0;
            int n = 0;
            for (double[] row : plane) {
                for (double v : row) {
                    sum += v;
                    n++;
                }
            }
            for (double[] row : plane) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = clip((row[j] - sum / n) * factor + sum / n);
                }
            }
        }
    }

    /** The textbook conversion; hue in 0 … 1. */
    static double[] toHsv(double[] p) {
        double v = Math.max(p[0], Math.max(p[1], p[2]));
        double d = v - Math.min(p[0], Math.min(p[1], p[2]));
        double h = 0;
        if (d > 0) {
            if (v == p[0]) {
                h = (p[1] - p[2]) / d / 6;
            } else if (v == p[1]) {
                h = (2 + (p[2] - p[0]) / d) / 6;
            } else {
                h = (4 + (p[0] - p[1]) / d) / 6;
            }
        }
        return new double[] {h - Math.floor(h), v > 0 ? d / v : 0, v};
    }

    static double[] toRgb(double h, double s, double v) {
        double sixth = h * 6;
        int sector = (int) Math.floor(sixth) % 6;
        double f = sixth - Math.floor(sixth);
        double p = v * (1 - s);
        double q = v * (1 - f * s);
        double t = v * (1 - (1 - f) * s);
        return switch (sector) {
            case 0 -> new double[] {v, t, p};
            case 1 -> new double[] {q, v, p};
            case 2 -> new double[] {p, v, t};
            case 3 -> new double[] {p, q, v};
            case 4 -> new double[] {t, p, v};
            default -> new double[] {v, p, q};
        };
    }

    /** Each output pixel from the whole plane by the definition of the kernel; pixels outside weigh nothing. */
    static double[][][] resize(double[][][] x, int width, int height, boolean antialias) {
        double[][] across = matrix(x[0][0].length, width, antialias);
        double[][] down = matrix(x[0].length, height, antialias);
        double[][][] out = new double[3][height][width];
        for (int c = 0; c < 3; c++) {
            double[][] half = new double[x[0].length][width];
            for (int y = 0; y < half.length; y++) {
                for (int i = 0; i < width; i++) {
                    for (int k = 0; k < across[i].length; k++) {
                        half[y][i] += across[i][k] * x[c][y][k];
                    }
                }
            }
            for (int y = 0; y < height; y++) {
                for (int i = 0; i < width; i++) {
                    double sum = 0;
                    for (int k = 0; k < half.length; k++) {
                        sum += down[y][k] * half[k][i];
                    }
                    out[c][y][i] = clip(sum);
                }
            }
        }
        return out;
    }

    private static double[][] matrix(int in, int out, boolean antialias) {
        double[][] weights = new double[out][in];
        double wide = antialias ? Math.max(1, (double) in / out) : 1;
        for (int i = 0; i < out; i++) {
            double sum = 0;
            for (int k = 0; k < in; k++) {
                weights[i][k] = keys(((k + .5) - (i + .5) * in / out) / wide);
                sum += weights[i][k];
            }
            for (int k = 0; k < in; k++) {
                weights[i][k] /= sum;
            }
        }
        return weights;
    }

    private static double keys(double x) {
        double t = Math.abs(x);
        double a = -.5;
        if (t <= 1) {
            return (a + 2) * t * t * t - (a + 3) * t * t + 1;
        }
        return t < 2 ? a * t * t * t - 5 * a * t * t + 8 * a * t - 4 * a : 0;
    }

    static double[][][] blur(double[][][] x, double sigma, int radius) {
        double[] taps = new double[2 * radius + 1];
        double total = 0;
        for (int k = -radius; k <= radius; k++) {
            taps[k + radius] = Math.exp(-k * k / (2 * sigma * sigma));
            total += taps[k + radius];
        }
        int height = x[0].length;
        int width = x[0][0].length;
        double[][][] out = new double[3][height][width];
        for (int c = 0; c < 3; c++) {
            double[][] half = new double[height][width];
            for (int y = 0; y < height; y++) {
                for (int i = 0; i < width; i++) {
                    for (int k = Math.max(-radius, -i); k <= Math.min(radius, width - 1 - i); k++) {
                        half[y][i] += taps[k + radius] / total * x[c][y][i + k];
                    }
                }
            }
            for (int y = 0; y < height; y++) {
                for (int i = 0; i < width; i++) {
                    for (int k = Math.max(-radius, -y); k <= Math.min(radius, height - 1 - y); k++) {
                        out[c][y][i] += taps[k + radius] / total * half[y + k][i];
                    }
                }
            }
        }
        return out;
    }
}
