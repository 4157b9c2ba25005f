package org.vito.augment;

import org.vito.protocol.Settings;

/**
 * How likely and how strong the random changes of one view are, after its crop; the columns of BYOL's Table 6.
 *
 * @param flip probability of a horizontal flip
 * @param jitter probability of colour jitter
 * @param brightness most that jitter adds or takes away, of values in 0 … 1
 * @param contrast most that jitter's contrast factor differs from 1
 * @param saturation most that jitter's saturation factor differs from 1
 * @param hue most that jitter turns the hue, in whole turns
 * @param grey probability of being turned grey
 * @param blur probability of a Gaussian blur
 * @param sigmaMin least standard deviation of the blur, pixels
 * @param sigmaMax greatest standard deviation of the blur, pixels
 * @param solarise probability of solarisation
 */
public record Recipe(
        double flip,
        double jitter,
        double brightness,
        double contrast,
        double saturation,
        double hue,
        double grey,
        double blur,
        double sigmaMin,
        double sigmaMax,
        double solarise) {

    static Recipe from(Settings settings) {
        double sigmaMin = settings.number("sigma-min", 0.01, 100);
        return new Recipe(
                settings.number("flip", 0, 1),
                settings.number("jitter", 0, 1),
                settings.number("brightness", 0, 1),
                settings.number("contrast", 0, 1),
                settings.number("saturation", 0, 1),
                settings.number("hue", 0, 0.5),
                settings.number("grey", 0, 1),
                settings.number("blur", 0, 1),
                sigmaMin,
                settings.number("sigma-max", sigmaMin, 100),
                settings.number("solarise", 0, 1));
    }
}
