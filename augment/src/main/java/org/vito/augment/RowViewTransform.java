package org.vito.augment;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vito.augment.StageClock.Stage;

/**
 * Makes views by vector instructions: {@link RowKernels}. The view's rows are lines from beginning to end, with room for zeros around
 * each colour of a row that is to be blurred.
 */
final class RowViewTransform implements ViewMaker {
    private final RowKernels kernels;
    private final RowCropResize resize;
    private final Lines view;
    private final Lines blurred;
    private final float[] row;
    private final Jitter jitter;
    private final GaussianBlur blur;
    private final PlaneBytes bytes;
    private final StageClock clock;

    /** @param size side of the views, pixels */
    RowViewTransform(int size, JitterDefinition definition, StageClock clock, RowKernels kernels) {
        this.kernels = kernels;
        this.clock = clock;
        int lanes = kernels.lanes();
        int length = (size + lanes - 1) / lanes * lanes;
        resize = new RowCropResize(kernels, size);
        view = new Lines(size, length, GaussianBlur.radius(size) + lanes);
        blurred = new Lines(size, length, 0);
        row = new float[3 * length];
        jitter = new Jitter(definition, new RowColours(kernels, size));
        blur = new GaussianBlur(size, length);
        bytes = new PlaneBytes(kernels, size);
    }

    @Override
    public void apply(ByteBuffer pixels, int width, ViewDraw draw, ByteBuffer out, int at) {
        resize.apply(pixels, width, draw.crop(), draw.flip(), view);
        clock.ended(Stage.RESIZE);
        if (draw.jitter()) {
            jitter.apply(view, draw);
        }
        if (draw.grey()) {
            for (float[] line : view.lines) {
                kernels.grey(line, view.first, view.stride, view.size);
            }
        }
        clock.ended(Stage.COLOUR);
        int colours = draw.grey() ? 1 : 3;
        int radius = draw.blur() ? blur.prepare(draw.sigma()) : 0;
        if (radius > 0) {
            blurAcross(radius, colours);
            blurDown(radius, colours);
        }
        clock.ended(Stage.BLUR);
        if (radius == 0) {
            for (int y = 0; y < view.size; y++) {
                bytes.take(view.lines[y], view.first, view.stride, colours, y);
            }
        }
        bytes.write(draw.grey(), draw.solarise(), out, at);
        clock.ended(Stage.WRITE);
    }

    private void blurAcross(int radius, int colours) {
        for (float[] line : view.lines) {
            for (int colour = 0; colour < colours; colour++) {
                int begin = view.first + colour * view.stride;
                Arrays.fill(line, begin + view.size, begin + view.stride, 0);
            }
        }
        for (int y = 0; y < view.size; y++) {
            for (int colour = 0; colour < colours; colour++) {
                int from = view.first + colour * view.stride;
                int to = colour * blurred.stride;
                kernels.blurAcross(view.lines[y], from, blurred.lines[y], to, view.size, blur.taps(), radius);
            }
        }
    }

    private void blurDown(int radius, int colours) {
        for (int y = 0; y < view.size; y++) {
            blur.mix(blurred, y, radius, colours * blurred.stride, row);
            bytes.take(row, 0, blurred.stride, colours, y);
        }
    }

    @Override
    public void close() {
        bytes.close();
    }
}
