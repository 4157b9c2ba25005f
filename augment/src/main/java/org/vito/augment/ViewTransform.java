package org.vito.augment;

import java.nio.ByteBuffer;
import org.vito.augment.StageClock.Stage;

/**
 * Makes views by loops that HotSpot's compiler makes vector instructions of without being asked: those that read and write whole
 * lines. The view's columns are lines; for the way down of its blur its rows become lines.
 */
final class ViewTransform implements ViewMaker {
    private final CropResize resize = new CropResize(false);
    private final Lines view;
    private final Lines blurred;
    private final float[] turned;
    private final Jitter jitter;
    private final GaussianBlur blur;
    private final ViewBytes bytes;
    private final StageClock clock;

    /** @param size side of the views, pixels */
    ViewTransform(int size, JitterDefinition definition, StageClock clock) {
        this.clock = clock;
        view = new Lines(size);
        blurred = new Lines(size);
        turned = new float[3 * view.stride * view.stride];
        jitter = new Jitter(definition, new StripColours(size));
        blur = new GaussianBlur(size);
        bytes = new ViewBytes(size);
    }

    @Override
    public void apply(ByteBuffer pixels, int width, ViewDraw draw, ByteBuffer out, int at) {
        resize.apply(pixels, width, draw.crop(), draw.flip(), view);
        clock.ended(Stage.RESIZE);
        if (draw.jitter()) {
            jitter.apply(view, draw);
        }
        if (draw.grey()) {
            grey();
        }
        clock.ended(Stage.COLOUR);
        int values = draw.grey() ? view.stride : 3 * view.stride;
        int radius = draw.blur() ? blur.prepare(draw.sigma()) : 0;
        if (radius > 0) {
            blurAcross(radius, values);
            clock.ended(Stage.BLUR);
            blurred.turn(values, turned);
            clock.ended(Stage.TURN);
            blurDown(radius, values);
            clock.ended(Stage.BLUR);
        } else {
            for (int x = 0; x < view.size; x++) {
                bytes.take(view.lines[x], x, values);
            }
        }
        bytes.write(radius == 0, draw.grey(), draw.solarise(), out, at);
        clock.ended(Stage.WRITE);
    }

    private void grey() {
        for (float[] line : view.lines) {
            int stride = view.stride;
            for (int i = 0; i < view.size; i++) {
                line[i] =
                        Colours.RED * line[i] + Colours.GREEN * line[i + stride] + Colours.BLUE * line[i + 2 * stride];
            }
        }
    }

    private void blurAcross(int radius, int values) {
        for (int x = 0; x < view.size; x++) {
            blur.mix(view, x, radius, values, blurred.lines[x]);
        }
    }

    private void blurDown(int radius, int values) {
        int stride = view.stride;
        for (int y = 0; y < view.size; y++) {
            for (int from = 0; from < values; from += stride) {
                System.arraycopy(turned, (from + y) * stride, view.lines[y], from, stride);
            }
        }
        for (int y = 0; y < view.size; y++) {
            float[] row = blurred.lines[y];
            blur.mix(view, y, radius, values, row);
            bytes.take(row, y, values);
        }
    }

    @Override
    public void close() {
        resize.close();
        bytes.close();
    }
}
