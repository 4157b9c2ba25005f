package org.vito.augment;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowKernels} on the incubating vector API, of which it uses what JDK 17 to 25 have in common. This class alone needs the
 * module, and is loaded only where that is there.
 *
 * <p>Kernels call nothing but the API and are small: what HotSpot's compiler inlines into one method has a limit, beyond which vectors
 * become objects. Fused multiplication and addition are not used, since plain Java has other bits then.
 */
final class VectorRowKernels implements RowKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));

    /** Added to a number, leaves it rounded to whole ones in the lowest bits. */
    private static final float ROUNDING = 0x1.8p23f;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void numbers(byte[] in, int from, float[] out, int to, int n) {
        for (int i = 0; i < n; i += LANES) {
            ByteVector signed = ByteVector.fromArray(B, in, from + i).lanewise(XOR, (byte) 0x80);
            ((FloatVector) signed.convertShape(B2F, F, 0)).add(128f).intoArray(out, to + i);
        }
    }

    @Override
    public void mixAcross(float[] in, int from, float[] out, int to, AcrossTaps taps) {
        int blocks = taps.blocks;
        int[] at = taps.at;
        int[] start = taps.start;
        int[] lane = taps.lane;
        float[] weights = taps.weights;
        for (int b = 0; b < blocks; b++) {
            VectorShuffle<Integer> chosen =
                    IntVector.fromArray(I, lane, b * LANES).toShuffle();
            int w = b * AcrossTaps.COUNT * LANES;
            int s = from + start[b];
            IntVector source;
            source = FloatVector.fromArray(F, in, s).reinterpretAsInts().rearrange(chosen);
            FloatVector mixed = source.reinterpretAsFloats().mul(FloatVector.fromArray(F, weights, w));
            source = FloatVector.fromArray(F, in, s + 1).reinterpretAsInts().rearrange(chosen);
            mixed = mixed.add(source.reinterpretAsFloats().mul(FloatVector.fromArray(F, weights, w + LANES)));
            source = FloatVector.fromArray(F, in, s + 2).reinterpretAsInts().rearrange(chosen);
            mixed = mixed.add(source.reinterpretAsFloats().mul(FloatVector.fromArray(F, weights, w + 2 * LANES)));
            source = FloatVector.fromArray(F, in, s + 3).reinterpretAsInts().rearrange(chosen);
            mixed = mixed.add(source.reinterpretAsFloats().mul(FloatVector.fromArray(F, weights, w + 3 * LANES)));
            mixed.lanewise(ABS)
                    .sub(mixed.sub(1f).lanewise(ABS))
                    .add(1f)
                    .mul(0.5f)
                    .intoArray(out, to + at[b]);
        }
    }

    @Override
    public void multiply(float[] row, int at, int n, float factor, float added) {
        for (int i = at; i < at + n; i += LANES) {
            FloatVector.fromArray(F, row, i).mul(factor).add(added).intoArray(row, i);
        }
    }

    @Override
    public void multiplyAndClip(float[] row, int at, int n, float factor, float added) {
        for (int i = at; i < at + n; i += LANES) {
            FloatVector x = FloatVector.fromArray(F, row, i).mul(factor).add(added);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).add(1f).mul(0.5f).intoArray(row, i);
        }
    }

    @Override
    public void blendWithGrey(float[] row, int at, int stride, int n, float factor, float other) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector grey =
                    red.mul(Colours.RED).add(green.mul(Colours.GREEN)).add(blue.mul(Colours.BLUE));
            FloatVector part = grey.mul(other);
            FloatVector x = red.mul(factor).add(part);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).add(1f).mul(0.5f).intoArray(row, at + i);
            x = green.mul(factor).add(part);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).add(1f).mul(0.5f).intoArray(row, at + i + stride);
            x = blue.mul(factor).add(part);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).add(1f).mul(0.5f).intoArray(row, at + i + 2 * stride);
        }
    }

    @Override
    public void saturate(float[] row, int at, int stride, int n, float factor) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector sum = red.add(green);
            FloatVector gap = red.sub(green).lanewise(ABS);
            FloatVector above = sum.add(gap);
            FloatVector below = sum.sub(gap);
            FloatVector third = blue.mul(2f);
            FloatVector greatest4 = above.add(third).add(above.sub(third).lanewise(ABS));
            FloatVector least4 = below.add(third).sub(below.sub(third).lanewise(ABS));
            FloatVector greatest = greatest4.mul(0.25f);
            FloatVector range = greatest4.sub(least4).mul(0.25f);
            FloatVector most = greatest.div(range.add(Colours.TINY));
            FloatVector k = most.add(factor).sub(most.sub(factor).lanewise(ABS)).mul(0.5f);
            FloatVector base = greatest.sub(greatest.mul(k));
            base.add(red.mul(k)).intoArray(row, at + i);
            base.add(green.mul(k)).intoArray(row, at + i + stride);
            base.add(blue.mul(k)).intoArray(row, at + i + 2 * stride);
        }
    }

    @Override
    public void shrink(float[] row, int at, int stride, int n, float factor, float rest) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector above = red.add(green).add(red.sub(green).lanewise(ABS));
            FloatVector third = blue.mul(2f);
            FloatVector base =
                    above.add(third).add(above.sub(third).lanewise(ABS)).mul(rest);
            base.add(red.mul(factor)).intoArray(row, at + i);
            base.add(green.mul(factor)).intoArray(row, at + i + stride);
            base.add(blue.mul(factor)).intoArray(row, at + i + 2 * stride);
        }
    }

    @Override
    public void turn(float[] row, int at, int stride, int n, int thirds, float half, float slope) {
        int toRed = at + thirds * stride;
        int toGreen = at + (thirds + 1) % 3 * stride;
        int toBlue = at + (thirds + 2) % 3 * stride;
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector sum = red.add(green);
            FloatVector gap = red.sub(green).lanewise(ABS);
            FloatVector above = sum.add(gap);
            FloatVector below = sum.sub(gap);
            FloatVector third = blue.mul(2f);
            FloatVector greatest4 = above.add(third).add(above.sub(third).lanewise(ABS));
            FloatVector least4 = below.add(third).sub(below.sub(third).lanewise(ABS));
            FloatVector greatest = greatest4.mul(0.25f);
            FloatVector range = greatest4.sub(least4).mul(0.25f);
            FloatVector steep;
            FloatVector height;
            steep = green.sub(blue).mul(slope);
            height = steep.add(range)
                    .lanewise(ABS)
                    .sub(steep.sub(range).lanewise(ABS))
                    .mul(half);
            height = red.add(greatest).add(height.sub(green).sub(blue));
            height = height.lanewise(ABS)
                    .sub(height.sub(range).lanewise(ABS))
                    .sub(range)
                    .mul(0.5f);
            greatest.add(height).intoArray(row, toRed + i);
            steep = blue.sub(red).mul(slope);
            height = steep.add(range)
                    .lanewise(ABS)
                    .sub(steep.sub(range).lanewise(ABS))
                    .mul(half);
            height = green.add(greatest).add(height.sub(blue).sub(red));
            height = height.lanewise(ABS)
                    .sub(height.sub(range).lanewise(ABS))
                    .sub(range)
                    .mul(0.5f);
            greatest.add(height).intoArray(row, toGreen + i);
            steep = red.sub(green).mul(slope);
            height = steep.add(range)
                    .lanewise(ABS)
                    .sub(steep.sub(range).lanewise(ABS))
                    .mul(half);
            height = blue.add(greatest).add(height.sub(red).sub(green));
            height = height.lanewise(ABS)
                    .sub(height.sub(range).lanewise(ABS))
                    .sub(range)
                    .mul(0.5f);
            greatest.add(height).intoArray(row, toBlue + i);
        }
    }

    @Override
    public void grey(float[] row, int at, int stride, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            red.mul(Colours.RED)
                    .add(green.mul(Colours.GREEN))
                    .add(blue.mul(Colours.BLUE))
                    .intoArray(row, at + i);
        }
    }

    @Override
    public void addRounded(float[] sums, int to, float[] row, int at, int n, float grid) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector rounded =
                    FloatVector.fromArray(F, row, at + i).add(grid).sub(grid);
            FloatVector.fromArray(F, sums, to + i).add(rounded).intoArray(sums, to + i);
        }
    }

    @Override
    public void blurAcross(float[] in, int from, float[] out, int to, int n, float[] taps, int radius) {
        if (radius == 1) {
            middleAndPair(in, from, out, to, n, taps[0], taps[1]);
            return;
        }
        middleAndPairs(in, from, out, to, n, taps[0], taps[1], taps[2]);
        for (int k = 3; k <= radius; k += 2) {
            if (k < radius) {
                addPairs(in, from, k, out, to, n, taps[k], taps[k + 1]);
            } else {
                addPair(in, from, k, out, to, n, taps[k]);
            }
        }
    }

    private static void middleAndPair(float[] in, int from, float[] out, int to, int n, float w, float wab) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector ab = FloatVector.fromArray(F, in, from + i - 1).add(FloatVector.fromArray(F, in, from + i + 1));
            FloatVector.fromArray(F, in, from + i).mul(w).add(ab.mul(wab)).intoArray(out, to + i);
        }
    }

    private static void middleAndPairs(
            float[] in, int from, float[] out, int to, int n, float w, float wab, float wcd) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector ab = FloatVector.fromArray(F, in, from + i - 1).add(FloatVector.fromArray(F, in, from + i + 1));
            FloatVector cd = FloatVector.fromArray(F, in, from + i - 2).add(FloatVector.fromArray(F, in, from + i + 2));
            FloatVector middle = FloatVector.fromArray(F, in, from + i).mul(w);
            middle.add(ab.mul(wab)).add(cd.mul(wcd)).intoArray(out, to + i);
        }
    }

    private static void addPairs(float[] in, int from, int k, float[] out, int to, int n, float wab, float wcd) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector ab = FloatVector.fromArray(F, in, from + i - k).add(FloatVector.fromArray(F, in, from + i + k));
            FloatVector c = FloatVector.fromArray(F, in, from + i - k - 1);
            FloatVector cd = c.add(FloatVector.fromArray(F, in, from + i + k + 1));
            FloatVector.fromArray(F, out, to + i)
                    .add(ab.mul(wab).add(cd.mul(wcd)))
                    .intoArray(out, to + i);
        }
    }

    private static void addPair(float[] in, int from, int k, float[] out, int to, int n, float weight) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector ab = FloatVector.fromArray(F, in, from + i - k).add(FloatVector.fromArray(F, in, from + i + k));
            FloatVector.fromArray(F, out, to + i).add(ab.mul(weight)).intoArray(out, to + i);
        }
    }

    @Override
    public void bytes(float[] in, int from, byte[] out, int to, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector rounded =
                    FloatVector.fromArray(F, in, from + i).mul(255f).add(ROUNDING);
            ((ByteVector) rounded.reinterpretAsInts().convertShape(I2B, B, 0)).intoArray(out, to + i);
        }
    }
}
