package org.vito.evaluator.maps;

/** Small maps at the size of a picture: bilinear, pixels' middles on positions' middles, as torch's {@code align_corners=False}. */
public final class Enlarged {
    private Enlarged() {}

    /**
     * Enlarges one channel of a map.
     *
     * @param map {@code [rows × columns × depth]}
     * @param channel of {@code depth}
     * @param out {@code [height × width]}
     */
    public static void channel(
            float[] map, int rows, int columns, int depth, int channel, float[] out, int width, int height) {
        int[] left = new int[width];
        float[] share = new float[width];
        for (int x = 0; x < width; x++) {
            double at = Math.max(0, (x + 0.5) * columns / width - 0.5);
            left[x] = (int) at;
            share[x] = (float) (at - left[x]);
        }
        for (int y = 0; y < height; y++) {
            double at = Math.max(0, (y + 0.5) * rows / height - 0.5);
            int top = (int) at;
            float low = (float) (at - top);
            int bottom = Math.min(rows - 1, top + 1);
            for (int x = 0; x < width; x++) {
                int right = Math.min(columns - 1, left[x] + 1);
                float above = mix(
                        map[(top * columns + left[x]) * depth + channel],
                        map[(top * columns + right) * depth + channel],
                        share[x]);
                float below = mix(
                        map[(bottom * columns + left[x]) * depth + channel],
                        map[(bottom * columns + right) * depth + channel],
                        share[x]);
                out[y * width + x] = mix(above, below, low);
            }
        }
    }

    private static float mix(float a, float b, float share) {
        return a * (1 - share) + b * share;
    }
}
