package org.vito.evaluator.data;

/**
 * Which object each pixel of a picture shows.
 *
 * @param labels {@code [height × width]}: 0 for the background, else the number of an object; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // large; whoever makes one gives it away
public record Mask(int width, int height, byte[] labels) {
    public Mask {
        if (width < 1 || height < 1 || labels.length != (long) width * height) {
            throw new IllegalArgumentException(
                    "%d labels are no picture of %d by %d pixels".formatted(labels.length, width, height));
        }
    }

    /** The largest number of an object; 0 if it shows none. */
    public int objects() {
        int most = 0;
        for (byte label : labels) {
            most = Math.max(most, label & 0xff);
        }
        return most;
    }

    /** Whether each pixel shows object {@code number}. */
    public boolean[] of(int number) {
        boolean[] found = new boolean[labels.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = (labels[i] & 0xff) == number;
        }
        return found;
    }
}
