package org.vito.evaluator.human;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vito.augment.Images;
import org.vito.evaluator.data.ClickMeSet;
import org.vito.evaluator.maps.Enlarged;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Whether a network looks where people look (VITO, arXiv 2210.06433, section 4.6): rank correlation of its map of a picture with
 * that of the people who searched for what is on it, as Harmonization (arXiv 2211.04533) measures it.
 */
public final class ClickMeTask {
    /** The name in settings and scores. */
    public static final String NAME = "alignment";

    /** Side of pictures and maps that are compared, pixels. */
    public static final int SIDE = 224;

    /** The mean rank correlation of people with people. */
    public static final double PEOPLE = 0.65753;

    private static final int BLURRED = 64;
    private static final int TAPS = 10;
    private static final double SIGMA = 10;
    private static final double Z = 1.959963984540054; // 97.5 % of a normal distribution lie below

    /** What a network finds important. */
    public interface Maps {
        /**
         * Of a picture.
         *
         * @param picture {@link #SIDE} by {@link #SIDE}
         * @param label class of ImageNet, 0 … 999
         * @return {@code [SIDE × SIDE]}
         */
        float[] of(Images.Picture picture, int label);
    }

    /** Is told of every picture that was compared. */
    public interface Watcher {
        /** What was compared: the maps {@code [SIDE × SIDE]} of people and of the network. */
        void compared(int index, Images.Picture picture, float[] people, float[] network, double correlation);
    }

    private ClickMeTask() {}

    /**
     * Measures.
     *
     * @return {@code alignment} (mean correlation as a share of people's, with {@code .low} and {@code .high} of 95 % by the
     *     spread over pictures), {@code correlation}, {@code images} that it is of, {@code images.flat}, where a map is the same
     *     everywhere and has no ranks: they do not count
     * @throws VitoException BAD_DATA_SET if no picture counts
     */
    public static Map<String, Double> measure(ClickMeSet set, Maps maps, Watcher watcher) {
        double sum = 0;
        double squares = 0;
        int count = 0;
        int flat = 0;
        for (int i = 0; i < set.entries().size(); i++) {
            ClickMeSet.Sample sample = set.entries().get(i).read();
            Images.Picture picture = resized(sample.picture());
            float[] people = people(channel(sample.heat(), 0));
            float[] network = maps.of(picture, sample.label());
            double correlation = Spearman.correlation(people, network);
            watcher.compared(i, picture, people, network, correlation);
            if (Double.isNaN(correlation)) {
                flat++;
            } else {
                count++;
                sum += correlation;
                squares += correlation * correlation;
            }
        }
        if (count == 0) {
            throw new VitoException(
                    Reason.BAD_DATA_SET,
                    "data set %s: none of %d pictures has both a map of people and one of the network with more than one value"
                            .formatted(set.name(), flat));
        }
        double mean = sum / count;
        double variance = count < 2 ? 0 : Math.max(0, (squares - sum * mean) / (count - 1));
        double half = Z * Math.sqrt(variance / count);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("alignment", mean / PEOPLE);
        metrics.put("alignment.low", (mean - half) / PEOPLE);
        metrics.put("alignment.high", (mean + half) / PEOPLE);
        metrics.put("correlation", mean);
        metrics.put("images", (double) count);
        metrics.put("images.flat", (double) flat);
        return metrics;
    }

    /** A map of people as it is compared: to 64 pixels a side, blurred, to {@link #SIDE}. */
    static float[] people(float[] heat) {
        float[] small = new float[BLURRED * BLURRED];
        Enlarged.channel(heat, ClickMeSet.SIDE, ClickMeSet.SIDE, 1, 0, small, BLURRED, BLURRED);
        float[] map = new float[SIDE * SIDE];
        Enlarged.channel(blurred(small), BLURRED, BLURRED, 1, 0, map, SIDE, SIDE);
        return map;
    }

    /**
     * By a Gaussian kernel of {@link #TAPS} a side, sums of 1, with zeros around. Harmonization's kernel has an even number of
     * taps whose middle lies 4 from the top and 5 from the left, so that maps move one to the left; so do ours.
     */
    private static float[] blurred(float[] map) {
        double[] down = taps(4);
        double[] across = taps(5);
        double[] rows = new double[map.length];
        float[] blurred = new float[map.length];
        for (int y = 0; y < BLURRED; y++) {
            for (int x = 0; x < BLURRED; x++) {
                for (int t = 0; t < TAPS; t++) {
                    int from = x + t - 4;
                    rows[y * BLURRED + x] += from < 0 || from >= BLURRED ? 0 : across[t] * map[y * BLURRED + from];
                }
            }
        }
        for (int y = 0; y < BLURRED; y++) {
            for (int x = 0; x < BLURRED; x++) {
                double sum = 0;
                for (int t = 0; t < TAPS; t++) {
                    int from = y + t - 4;
                    sum += from < 0 || from >= BLURRED ? 0 : down[t] * rows[from * BLURRED + x];
                }
                blurred[y * BLURRED + x] = (float) sum;
            }
        }
        return blurred;
    }

    private static double[] taps(int middle) {
        double[] taps = new double[TAPS];
        double sum = 0;
        for (int t = 0; t < TAPS; t++) {
            taps[t] = Math.exp(-(t - middle) * (t - middle) / (2 * SIGMA * SIGMA));
            sum += taps[t];
        }
        for (int t = 0; t < TAPS; t++) {
            taps[t] /= sum;
        }
        return taps;
    }

    private static Images.Picture resized(Images.Picture picture) {
        byte[] out = new byte[3 * SIDE * SIDE];
        float[] resized = new float[SIDE * SIDE];
        for (int c = 0; c < 3; c++) {
            Enlarged.channel(channel(picture, c), picture.height(), picture.width(), 1, 0, resized, SIDE, SIDE);
            for (int i = 0; i < resized.length; i++) {
                out[3 * i + c] = (byte) Math.round(resized[i]);
            }
        }
        return new Images.Picture(SIDE, SIDE, ByteString.copyFrom(out));
    }

    private static float[] channel(Images.Picture picture, int channel) {
        float[] values = new float[picture.width() * picture.height()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.toUnsignedInt(picture.rgb().byteAt(3 * i + channel));
        }
        return values;
    }
}
