package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import org.bytedeco.javacpp.ShortPointer;

/**
 * The quantisation tables of ITU-T T.81, annex K, scaled as libjpeg scales them for a quality: by 50 / quality below 50 and by
 * 2 - quality / 50 from there on, rounded, each entry in 1 to 255. Entries are in order of rows.
 */
final class JpegTables {
    private static final int ENTRIES = 64;

    private static final int[] LUMA = {
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99
    };

    private static final int[] CHROMA = {
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99
    };

    private JpegTables() {}

    static int[] luma(int quality) {
        return scaled(LUMA, quality);
    }

    static int[] chroma(int quality) {
        return scaled(CHROMA, quality);
    }

    private static int[] scaled(int[] base, int quality) {
        if (quality < 1 || quality > 100) {
            throw new IllegalArgumentException("quality " + quality + ", expected 1 to 100");
        }
        int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        int[] table = new int[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            table[i] = Math.max(1, Math.min(255, (base[i] * percent + 50) / 100));
        }
        return table;
    }

    /** {@code table} in memory that libav frees. */
    static ShortPointer forLibav(int[] table) {
        ShortPointer memory = new ShortPointer(Libav.allocated(av_malloc((long) ENTRIES * Short.BYTES)));
        for (int i = 0; i < ENTRIES; i++) {
            memory.put(i, (short) table[i]);
        }
        return memory;
    }
}
