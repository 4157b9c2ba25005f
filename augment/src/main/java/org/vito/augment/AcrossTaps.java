package org.vito.augment;

/**
 * {@link BicubicTaps} of rows in blocks, each of as many resized pixels as have their first source pixels within one vector of the
 * processor: then one choice of lanes, applied to four vectors a pixel apart, brings all four taps of each.
 */
final class AcrossTaps {
    static final int COUNT = 4;

    private final int lanes;

    /** How many blocks there are. */
    int blocks;

    /** Of each block the first resized pixel. */
    final int[] at;

    /** Of each block the leftmost source pixel. */
    final int[] start;

    /** {@code [block, lane]}: which pixel from there on is the first that has a part in it. */
    final int[] lane;

    /** {@code [block, tap, lane]}: the part that each has. */
    final float[] weights;

    /** @param size resized pixels of a row */
    AcrossTaps(int size, int lanes) {
        this.lanes = lanes;
        at = new int[size];
        start = new int[size];
        lane = new int[size * lanes];
        weights = new float[size * lanes * COUNT];
    }

    /** Takes the taps of {@code size} resized pixels; where they have fewer than four, the others weigh nothing. */
    void prepare(BicubicTaps taps, int size) {
        blocks = 0;
        for (int x = 0; x < size; blocks++) {
            int count = reach(taps.first(), x, size);
            at[blocks] = x;
            start[blocks] = Math.min(taps.first()[x], taps.first()[x + count - 1]);
            for (int i = 0; i < lanes; i++) { // what is beyond the block is overwritten by the next
                fill(i, taps, x + Math.min(i, count - 1));
            }
            x += count;
        }
    }

    /** How many pixels from {@code x} on begin within one vector; they move one way. */
    private int reach(int[] first, int x, int size) {
        int count = 1;
        while (count < lanes && x + count < size && Math.abs(first[x + count] - first[x]) < lanes) {
            count++;
        }
        return count;
    }

    private void fill(int i, BicubicTaps taps, int x) {
        lane[blocks * lanes + i] = taps.first()[x] - start[blocks];
        for (int k = 0; k < COUNT; k++) {
            weights[(blocks * COUNT + k) * lanes + i] = k < taps.count() ? taps.weights()[x * taps.count() + k] : 0;
        }
    }
}
