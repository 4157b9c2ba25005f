package org.vito.decode.child;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * Changes the matrix of a full range 8-bit 4:2:0 picture to that of BT.601, in place. With Kr and Kb the weights of red and blue
 * in luma, R = Y + 2 (1 - Kr) Cr, B = Y + 2 (1 - Kb) Cb and Y = Kr R + (1 - Kr - Kb) G + Kb B (ITU-R BT.601, 709, 2020); so the
 * luma of another matrix is Y plus a multiple of Cb and one of Cr, and its chroma a mixture of both. Done on the small
 * picture, this costs a fraction of the way through RGB.
 */
final class MatrixChange {
    private static final int FACTOR = 14; // bits of fractions in factors
    private static final int FRACTION = 6; // and in samples: together with their 8 bits and a sign, products fit 32
    private static final int HALF = 1 << (FACTOR + FRACTION - 1);
    private static final double RED = 0.299;
    private static final double BLUE = 0.114;

    private final int lumaOfCb;
    private final int lumaOfCr;
    private final int cbOfCb;
    private final int cbOfCr;
    private final int crOfCb;
    private final int crOfCr;
    private final int chromaBias;
    private byte[] luma = new byte[0];
    private byte[] cb = new byte[0];
    private byte[] cr = new byte[0];

    /**
     * @param red Kr of the matrix that pictures have
     * @param blue Kb of it
     * @param chromaBias by how much chroma is too low on average
     */
    MatrixChange(double red, double blue, double chromaBias) {
        double green = 1 - red - blue;
        double redOfCr = 2 * (1 - red);
        double blueOfCb = 2 * (1 - blue);
        double y601OfCr = RED * redOfCr - (1 - RED - BLUE) * red * redOfCr / green;
        double y601OfCb = BLUE * blueOfCb - (1 - RED - BLUE) * blue * blueOfCb / green;
        lumaOfCr = fixed(y601OfCr);
        lumaOfCb = fixed(y601OfCb);
        cbOfCb = fixed((blueOfCb - y601OfCb) / (2 * (1 - BLUE)));
        cbOfCr = fixed(-y601OfCr / (2 * (1 - BLUE)));
        crOfCb = fixed(-y601OfCb / (2 * (1 - RED)));
        crOfCr = fixed((redOfCr - y601OfCr) / (2 * (1 - RED)));
        this.chromaBias = (int) Math.round(chromaBias * (1 << FRACTION));
    }

    private static int fixed(double factor) {
        return (int) Math.round(factor * (1 << FACTOR));
    }

    /** Changes {@code picture}, which is YUVJ420P. */
    void apply(AVFrame picture) {
        int height = picture.height();
        int chromaWidth = (picture.width() + 1) / 2;
        int chromaHeight = (height + 1) / 2;
        int stride = picture.linesize(0);
        int chromaStride = picture.linesize(1);
        if (luma.length != stride * (height + 1) || cb.length != chromaStride * chromaHeight) {
            luma = new byte[stride * (height + 1)]; // with a row that a last odd one is paired with
            cb = new byte[chromaStride * chromaHeight];
            cr = new byte[chromaStride * chromaHeight];
        }
        new BytePointer(picture.data(0)).get(luma, 0, stride * height);
        new BytePointer(picture.data(1)).get(cb);
        new BytePointer(picture.data(2)).get(cr);
        for (int y = 0; y < chromaHeight; y++) {
            changeRow(2 * y * stride, (2 * y + 1) * stride, y * chromaStride, chromaWidth);
        }
        new BytePointer(picture.data(0)).put(luma, 0, stride * height);
        new BytePointer(picture.data(1)).put(cb);
        new BytePointer(picture.data(2)).put(cr);
    }

    /** Changes a row of chroma and the two rows of luma that it colours, padding to an even width included. */
    private void changeRow(int above, int below, int chroma, int chromaWidth) {
        byte[] y = luma;
        for (int x = 0; x < chromaWidth; x++) {
            int b = (((cb[chroma + x] & 0xff) - 128) << FRACTION) + chromaBias;
            int r = (((cr[chroma + x] & 0xff) - 128) << FRACTION) + chromaBias;
            cb[chroma + x] = clamped(128 + mixed(cbOfCb, b, cbOfCr, r));
            cr[chroma + x] = clamped(128 + mixed(crOfCb, b, crOfCr, r));
            int more = mixed(lumaOfCb, b, lumaOfCr, r);
            int upper = above + 2 * x;
            int lower = below + 2 * x;
            y[upper] = clamped((y[upper] & 0xff) + more);
            y[upper + 1] = clamped((y[upper + 1] & 0xff) + more);
            y[lower] = clamped((y[lower] & 0xff) + more);
            y[lower + 1] = clamped((y[lower + 1] & 0xff) + more);
        }
    }

    private static int mixed(int ofCb, int b, int ofCr, int r) {
        return (ofCb * b + ofCr * r + HALF) >> (FACTOR + FRACTION);
    }

    private static byte clamped(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
