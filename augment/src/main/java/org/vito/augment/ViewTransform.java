package org.vito.augment;

import java.nio.ByteBuffer;

/**
 * Makes one view of a frame: crop, flip, colour jitter, grey, blur, solarise, in that order, each as BYOL has it, in numbers from
 * 0 to 1 that become bytes only at the end. Works in memory of its own that it keeps from one view to the next; one thread at a
 * time.
 */
final class ViewTransform implements AutoCloseable {
    private final CropResize resize = new CropResize(false);
    private final Planes planes;
    private final Colours colours = new Colours();
    private final GaussianBlur blur;
    private final ViewBytes bytes;
    private final double[] means = new double[3];

    /** @param size side of the views, pixels */
    ViewTransform(int size) {
        planes = new Planes(size, size);
        blur = new GaussianBlur(size);
        bytes = new ViewBytes(size, size);
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
            Colours.grey(planes);
        }
        if (draw.blur()) {
            blur.apply(planes, draw.grey() ? 1 : 3, draw.sigma());
        }
        if (draw.solarise()) {
            planes.solarise(draw.grey() ? 1 : 3);
        }
        bytes.write(planes, draw.grey(), out, at);
    }

    /** Contrast needs the whole picture's means: the changes before it and those from it on each run strip by strip. */
    private void jitter(ViewDraw draw) {
        int contrast = 0;
        while (draw.order()[contrast] != Colours.CONTRAST) {
            contrast++;
        }
        colours.clearSums();
        strips(draw, 0, contrast, true);
        for (int colour = 0; colour < 3; colour++) {
            means[colour] = colours.sum(colour) / planes.red.length;
        }
        strips(draw, contrast, 4, false);
    }

    private void strips(ViewDraw draw, int first, int end, boolean sum) {
        int pixels = planes.red.length;
        for (int from = 0; from < pixels; from += Colours.STRIP) {
            colours.load(planes, from, Math.min(pixels, from + Colours.STRIP));
            for (int k = first; k < end; k++) {
                change(draw, draw.order()[k]);
            }
            if (sum) {
                colours.addToSums();
            }
            if (end > first) {
                colours.store(planes, from);
            }
        }
    }

    private void change(ViewDraw draw, int kind) {
        switch (kind) {
            case Colours.BRIGHTNESS -> colours.brightness(draw.brightness());
            case Colours.CONTRAST -> colours.contrast(draw.contrast(), means);
            case Colours.SATURATION -> colours.saturation(draw.saturation());
            default -> colours.hue(draw.hue());
        }
    }

    @Override
    public void close() {
        resize.close();
        bytes.close();
    }
}
