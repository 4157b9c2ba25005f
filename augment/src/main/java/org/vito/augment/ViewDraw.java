package org.vito.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vito.protocol.CounterRandom;

/**
 * Every random number that one view depends on. All of them are drawn, in the order of the components, whether or not the
 * coins before them make them matter: so no setting of a probability moves the numbers that follow.
 *
 * <p>The distributions are those of BYOL's {@code utils/dataset.py} and {@code utils/augmentations.py}: the area's share
 * uniform, the aspect ratio uniform on a logarithmic scale, sides rounded and cut to the frame without another try, so that
 * a cut crop covers less than the area drawn, and offsets uniform over all that fit.
 *
 * @param crop what is cut from the frame
 * @param flip whether left and right change places
 * @param jitter whether the four colour changes happen
 * @param brightness added to every value
 * @param contrast factor on the distance from the mean
 * @param saturation factor on the saturation
 * @param hue turn of the hue, in whole turns
 * @param order of the four colour changes: 0 brightness, 1 contrast, 2 saturation, 3 hue
 * @param grey whether the view is turned grey
 * @param blur whether it is blurred
 * @param sigma standard deviation of the blur, pixels
 * @param solarise whether values from 0.5 up are turned over
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed out of the package
record ViewDraw(
        Crop crop,
        boolean flip,
        boolean jitter,
        double brightness,
        double contrast,
        double saturation,
        double hue,
        int[] order,
        boolean grey,
        boolean blur,
        double sigma,
        boolean solarise) {

    /** A rectangle of a frame, pixels. */
    record Crop(int x, int y, int width, int height) {
        /** The sides for a share of the area and an aspect ratio; the corner is drawn. */
        static Crop draw(double share, double aspect, int width, int height, CounterRandom random) {
            double area = share * width * height;
            int w = side(Math.sqrt(area * aspect), width);
            int h = side(Math.sqrt(area / aspect), height);
            int x = random.nextInt(width - w + 1);
            return new Crop(x, random.nextInt(height - h + 1), w, h);
        }

        private static int side(double exact, int limit) {
            return Math.max(1, (int) Math.min(limit, Math.rint(exact)));
        }
    }

    /** Draws for one view of a frame of {@code width} by {@code height} pixels. */
    static ViewDraw of(CounterRandom random, AugmentSettings settings, Recipe recipe, int width, int height) {
        double share = random.nextDouble(settings.scaleMin(), settings.scaleMax());
        double aspect = StrictMath.exp(
                random.nextDouble(StrictMath.log(settings.aspectMin()), StrictMath.log(settings.aspectMax())));
        return new ViewDraw(
                Crop.draw(share, aspect, width, height, random),
                random.nextBoolean(recipe.flip()),
                random.nextBoolean(recipe.jitter()),
                random.nextDouble(-recipe.brightness(), recipe.brightness()),
                random.nextDouble(1 - recipe.contrast(), 1 + recipe.contrast()),
                random.nextDouble(1 - recipe.saturation(), 1 + recipe.saturation()),
                random.nextDouble(-recipe.hue(), recipe.hue()),
                random.permutation(4),
                random.nextBoolean(recipe.grey()),
                random.nextBoolean(recipe.blur()),
                random.nextDouble(recipe.sigmaMin(), recipe.sigmaMax()),
                random.nextBoolean(recipe.solarise()));
    }

    /** What is done, one line each, for people. */
    List<String> words(JitterDefinition definition) {
        List<String> lines = new ArrayList<>();
        lines.add(format("crop %d × %d at (%d, %d)", crop.width(), crop.height(), crop.x(), crop.y())
                + (flip ? ", flipped" : ""));
        if (jitter) {
            for (int change : order) {
                lines.add(
                        switch (change) {
                            case Jitter.BRIGHTNESS ->
                                definition == JitterDefinition.BYOL
                                        ? format("brightness %+.2f", brightness)
                                        : format("brightness × %.2f", 1 + brightness);
                            case Jitter.CONTRAST -> format("contrast × %.2f", contrast);
                            case Jitter.SATURATION -> format("saturation × %.2f", saturation);
                            default -> format("hue %+.0f°", 360 * hue);
                        });
            }
        }
        if (grey) {
            lines.add("grey");
        }
        if (blur) {
            lines.add(format("blur, σ %.2f px", sigma));
        }
        if (solarise) {
            lines.add("solarised");
        }
        return List.copyOf(lines);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
