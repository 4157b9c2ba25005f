package org.vito.evaluator.video;

import org.vito.evaluator.data.Mask;
import org.vito.evaluator.maps.Enlarged;

/** Masks on the grid of a feature map, and back: {@code [rows × columns × classes]}, how much a place is of a class. */
final class MaskMaps {
    private MaskMaps() {}

    /** The mask's nearest pixel of each place, as one 1 among zeros. */
    static float[] oneHot(Mask mask, int rows, int columns, int classes) {
        float[] map = new float[rows * columns * classes];
        for (int r = 0; r < rows; r++) {
            int y = (int) ((r + 0.5) * mask.height() / rows);
            for (int c = 0; c < columns; c++) {
                int x = (int) ((c + 0.5) * mask.width() / columns);
                int label = mask.labels()[y * mask.width() + x] & 0xff;
                map[(r * columns + c) * classes + label] = 1;
            }
        }
        return map;
    }

    /**
     * The class that each pixel is most of, after every class's map has been enlarged bilinearly (pixels' middles on places'
     * middles) and, if it is positive anywhere, stretched to [0, 1]; the lower class of several.
     */
    static Mask mask(float[] map, int rows, int columns, int classes, int width, int height) {
        float[] best = new float[width * height];
        byte[] labels = new byte[width * height];
        float[] enlarged = new float[width * height];
        for (int k = 0; k < classes; k++) {
            Enlarged.channel(map, rows, columns, classes, k, enlarged, width, height);
            float least = Float.POSITIVE_INFINITY;
            float most = Float.NEGATIVE_INFINITY;
            for (float value : enlarged) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
            float shift = most > 0 ? least : 0;
            float scale = most > 0 ? most - least + 1e-12f : 1;
            for (int i = 0; i < best.length; i++) {
                float value = (enlarged[i] - shift) / scale;
                if (k == 0 || value > best[i]) {
                    best[i] = value;
                    labels[i] = (byte) k;
                }
            }
        }
        return new Mask(width, height, labels);
    }
}
