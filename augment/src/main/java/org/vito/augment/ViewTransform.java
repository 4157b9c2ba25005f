package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes one view of a frame: crop, flip, colour jitter, grey, blur, solarise, in that order, each as BYOL has it, in numbers from
 * 0 to 1 that become bytes only at the end. Works in memory of its own that it keeps from one view to the next; one thread at a
 * time.
 */
final class ViewTransform {
    private static final int STRIP = 2048; // pixels of three colours that stay in the nearest cache, 24 kB

    private final CropResize resize = new CropResize(false);
    private final Planes planes;
    private final GaussianBlur blur;
    private final byte[] bytes;
    private final float[] strip = new float[STRIP];
    private final float[] sums = new float[STRIP];
    private final float[] means = new float[3];

    /** @param size side of the views, pixels */
    ViewTransform(int size) {
        planes = new Planes(size, size);
        blur = new GaussianBlur(size);
        bytes = new byte[size * size * 3];
    }

    /**
     * Makes a view.
     *
     * @param pixels the frame, {@code [height, width, 3]} bytes from index 0, RGB
     * @param width the frame's width
     * @param draw every random number
     * @param out takes the view, {@code [size, size, 3]} bytes, from index {@code at}; its position stays
     */
    void apply(ByteBuffer pixels, int width, ViewDraw draw, ByteBuffer out, int at) {
        resize.apply(pixels, width, draw.crop(), draw.flip(), planes);
        if (draw.jitter()) {
            jitter(draw);
        }
        if (draw.grey()) {
            Colours.grey(planes.red, planes.green, planes.blue, 0, planes.red.length);
        }
        if (draw.blur()) {
            blur.apply(planes, draw.grey() ? 1 : 3, draw.sigma());
        }
        planes.toBytes(draw.grey(), draw.solarise(), bytes);
        out.put(at, bytes);
    }

    /** Contrast needs the whole picture's means: the changes before it and those from it on each run strip by strip. */
    private void jitter(ViewDraw draw) {
        int contrast = 0;
        while (draw.order()[contrast] != Colours.CONTRAST) {
            contrast++;
        }
        int pixels = planes.red.length;
        for (int from = 0; from < pixels; from += STRIP) {
            change(draw, 0, contrast, from, Math.min(pixels, from + STRIP));
        }
        for (int colour = 0; colour < 3; colour++) {
            means[colour] = mean(planes.plane(colour));
        }
        for (int from = 0; from < pixels; from += STRIP) {
            change(draw, contrast, 4, from, Math.min(pixels, from + STRIP));
        }
    }

    private void change(ViewDraw draw, int first, int end, int from, int to) {
        for (int k = first; k < end; k++) {
            switch (draw.order()[k]) {
                case Colours.BRIGHTNESS -> brightness((float) draw.brightness(), from, to);
                case Colours.CONTRAST -> contrast((float) draw.contrast(), from, to);
                case Colours.SATURATION ->
                    Colours.saturation(
                            planes.red, planes.green, planes.blue, from, to, (float) draw.saturation());
                default -> Colours.hue(planes.red, planes.green, planes.blue, from, to, draw.hue());
            }
        }
    }

    private void brightness(float added, int from, int to) {
        for (int colour = 0; colour < 3; colour++) {
            Colours.brightness(planes.plane(colour), from, to, added);
        }
    }

    private void contrast(float factor, int from, int to) {
        for (int colour = 0; colour < 3; colour++) {
            Colours.contrast(planes.plane(colour), from, to, factor, means[colour]);
        }
    }

    private float mean(float[] values) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < values.length; from += STRIP) {
            int n = Math.min(values.length - from, STRIP);
            System.arraycopy(values, from, strip, 0, n);
            Rows.add(sums, strip, 1, n);
        }
        double total = 0;
        for (float sum : sums) {
            total += sum;
        }
        return (float) (total / values.length);
    }
}
