package org.vito.decode.child;

import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.FloatBuffer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * From 8-bit YCbCr to blue, green and red. With Kr and Kb the weights of red and blue in luma, R = Y + 2 (1 - Kr) Cr,
 * B = Y + 2 (1 - Kb) Cb and Y = Kr R + (1 - Kr - Kb) G + Kb B (ITU-R BT.601, 709, 2020); limited range has luma in 16 to 235
 * and chroma in 16 to 240.
 */
final class ColourMatrix {
    private static final int MIDDLE = 128;

    private ColourMatrix() {}

    /**
     * {@code [3, 4]}: what is multiplied with Y, Cb, Cr and 1.
     *
     * @param space libav's {@code AVCOL_SPC_…}; one that is not known is taken for BT.601
     */
    static Mat toBgr(int space, boolean fullRange) {
        double red = red(space);
        double blue = blue(space);
        double green = 1 - red - blue;
        double ofLuma = fullRange ? 1 : 255.0 / 219;
        double ofChroma = fullRange ? 1 : 255.0 / 224;
        double redOfCr = 2 * (1 - red) * ofChroma;
        double blueOfCb = 2 * (1 - blue) * ofChroma;
        int black = fullRange ? 0 : 16;
        Mat matrix = new Mat(3, 4, opencv_core.CV_32FC1);
        FloatBuffer rows = matrix.createBuffer();
        put(rows, ofLuma, blueOfCb, 0, black);
        put(rows, ofLuma, -blue * blueOfCb / green, -red * redOfCr / green, black);
        put(rows, ofLuma, 0, redOfCr, black);
        return matrix;
    }

    private static void put(FloatBuffer rows, double ofLuma, double ofCb, double ofCr, int black) {
        rows.put((float) ofLuma).put((float) ofCb).put((float) ofCr);
        rows.put((float) (-ofLuma * black - (ofCb + ofCr) * MIDDLE));
    }

    private static double red(int space) {
        return switch (space) {
            case AVCOL_SPC_BT709 -> 0.2126;
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL -> 0.2627;
            case AVCOL_SPC_SMPTE240M -> 0.212;
            case AVCOL_SPC_FCC -> 0.30;
            default -> 0.299;
        };
    }

    private static double blue(int space) {
        return switch (space) {
            case AVCOL_SPC_BT709 -> 0.0722;
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL -> 0.0593;
            case AVCOL_SPC_SMPTE240M -> 0.087;
            case AVCOL_SPC_FCC -> 0.11;
            default -> 0.114;
        };
    }
}
