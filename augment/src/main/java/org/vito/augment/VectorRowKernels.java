package org.vito.augment;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowKernels} on the incubating vector API, of which it uses what JDK 17 to 25 have in common. This class alone needs the
 * module, and is loaded only where that is there.
 *
 * <p>Kernels call nothing but the API and are small: what HotSpot's compiler inlines into one method has a limit, beyond which vectors
 * become objects. Multiplication and addition are fused only where the product is exact, a power of two times a number: elsewhere plain
 * Java has other bits. Lanes of numbers are rearranged as those of integers, so that what says how is loaded but once: the compiler
 * takes it for memory that is written otherwise.
 */
final class VectorRowKernels implements RowKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));

    // Of three vectors of pixels, red, green, blue, red …: which lane of one of them is each pixel's colour, and for
    // which pixels that is the second or the third.
    private static final VectorShuffle<Integer> RED = lanesOf(0);
    private static final VectorShuffle<Integer> GREEN = lanesOf(1);
    private static final VectorShuffle<Integer> BLUE = lanesOf(2);
    private static final VectorMask<Integer> RED_IN_SECOND = within(0, 1);
    private static final VectorMask<Integer> RED_IN_THIRD = within(0, 2);
    private static final VectorMask<Integer> GREEN_IN_SECOND = within(1, 1);
    private static final VectorMask<Integer> GREEN_IN_THIRD = within(1, 2);
    private static final VectorMask<Integer> BLUE_IN_SECOND = within(2, 1);
    private static final VectorMask<Integer> BLUE_IN_THIRD = within(2, 2);

    /** Added to a number, leaves it rounded to whole ones in the lowest bits. */
    private static final float ROUNDING = 0x1.8p23f;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void mixDown(
            byte[] in, int a, int b, int c, int d, float wa, float wb, float wc, float wd, float[] out, int n) {
        for (int i = 0; i < n; i += LANES) {
            IntVector part;
            part = ((IntVector) ByteVector.fromArray(B, in, a + i).convertShape(B2I, I, 0)).lanewise(AND, 0xff);
            FloatVector x = ((FloatVector) part.convert(I2F, 0)).mul(wa);
            part = ((IntVector) ByteVector.fromArray(B, in, b + i).convertShape(B2I, I, 0)).lanewise(AND, 0xff);
            x = x.add(((FloatVector) part.convert(I2F, 0)).mul(wb));
            part = ((IntVector) ByteVector.fromArray(B, in, c + i).convertShape(B2I, I, 0)).lanewise(AND, 0xff);
            x = x.add(((FloatVector) part.convert(I2F, 0)).mul(wc));
            part = ((IntVector) ByteVector.fromArray(B, in, d + i).convertShape(B2I, I, 0)).lanewise(AND, 0xff);
            x = x.add(((FloatVector) part.convert(I2F, 0)).mul(wd));
            x.intoArray(out, i);
        }
    }

    @Override
    public void takeApart(float[] in, float[] out, int stride, int n) {
        for (int i = 0; i < n; i += LANES) {
            IntVector a = FloatVector.fromArray(F, in, 3 * i).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(F, in, 3 * i + LANES).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(F, in, 3 * i + 2 * LANES).reinterpretAsInts();
            IntVector red =
                    a.rearrange(RED).blend(b.rearrange(RED), RED_IN_SECOND).blend(c.rearrange(RED), RED_IN_THIRD);
            red.reinterpretAsFloats().intoArray(out, i);
            IntVector green = a.rearrange(GREEN)
                    .blend(b.rearrange(GREEN), GREEN_IN_SECOND)
                    .blend(c.rearrange(GREEN), GREEN_IN_THIRD);
            green.reinterpretAsFloats().intoArray(out, i + stride);
            IntVector blue =
                    a.rearrange(BLUE).blend(b.rearrange(BLUE), BLUE_IN_SECOND).blend(c.rearrange(BLUE), BLUE_IN_THIRD);
            blue.reinterpretAsFloats().intoArray(out, i + 2 * stride);
        }
    }

    /** For each pixel the lane of its colour within whichever of the three vectors has it. */
    private static VectorShuffle<Integer> lanesOf(int colour) {
        return VectorShuffle.fromOp(I, i -> (3 * i + colour) % LANES);
    }

    /** Of which pixels the vector {@code part}, 0 … 2, has the colour. */
    private static VectorMask<Integer> within(int colour, int part) {
        boolean[] pixels = new boolean[LANES];
        for (int i = 0; i < LANES; i++) {
            pixels[i] = (3 * i + colour) / LANES == part;
        }
        return VectorMask.fromArray(I, pixels, 0);
    }

    @Override
    public void mixAcross(float[][] in, int stride, Lines out, int line, int rows, AcrossTaps taps) {
        for (int b = 0; b < taps.blocks; b++) {
            VectorShuffle<Integer> chosen =
                    IntVector.fromArray(I, taps.lane, b * LANES).toShuffle();
            int w = b * AcrossTaps.COUNT * LANES;
            FloatVector first = FloatVector.fromArray(F, taps.weights, w);
            FloatVector second = FloatVector.fromArray(F, taps.weights, w + LANES);
            FloatVector third = FloatVector.fromArray(F, taps.weights, w + 2 * LANES);
            FloatVector fourth = FloatVector.fromArray(F, taps.weights, w + 3 * LANES);
            for (int row = 0; row < rows; row++) {
                float[] source = in[row];
                float[] mixed = out.lines[line + row];
                int s = taps.start[b];
                int to = out.first + taps.at[b];
                for (int colour = 0; colour < 3; colour++) {
                    IntVector part;
                    part = FloatVector.fromArray(F, source, s).reinterpretAsInts();
                    FloatVector x = part.rearrange(chosen).reinterpretAsFloats().mul(first);
                    part = FloatVector.fromArray(F, source, s + 1).reinterpretAsInts();
                    x = x.add(part.rearrange(chosen).reinterpretAsFloats().mul(second));
                    part = FloatVector.fromArray(F, source, s + 2).reinterpretAsInts();
                    x = x.add(part.rearrange(chosen).reinterpretAsFloats().mul(third));
                    part = FloatVector.fromArray(F, source, s + 3).reinterpretAsInts();
                    x = x.add(part.rearrange(chosen).reinterpretAsFloats().mul(fourth));
                    x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).fma(0.5f, 0.5f).intoArray(mixed, to);
                    s += stride;
                    to += out.stride;
                }
            }
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
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).fma(0.5f, 0.5f).intoArray(row, i);
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
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).fma(0.5f, 0.5f).intoArray(row, at + i);
            x = green.mul(factor).add(part);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).fma(0.5f, 0.5f).intoArray(row, at + i + stride);
            x = blue.mul(factor).add(part);
            x.lanewise(ABS).sub(x.sub(1f).lanewise(ABS)).fma(0.5f, 0.5f).intoArray(row, at + i + 2 * stride);
        }
    }

    @Override
    public void saturate(float[] row, int at, int stride, int n, float factor) {
        FloatVector two = FloatVector.broadcast(F, 2f);
        FloatVector minusTwo = FloatVector.broadcast(F, -2f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector sum = red.add(green);
            FloatVector gap = red.sub(green).lanewise(ABS);
            FloatVector above = sum.add(gap);
            FloatVector below = sum.sub(gap);
            FloatVector greatest4 =
                    blue.fma(two, above).add(blue.fma(minusTwo, above).lanewise(ABS));
            FloatVector least4 =
                    blue.fma(two, below).sub(blue.fma(minusTwo, below).lanewise(ABS));
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
        FloatVector two = FloatVector.broadcast(F, 2f);
        FloatVector minusTwo = FloatVector.broadcast(F, -2f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector red = FloatVector.fromArray(F, row, at + i);
            FloatVector green = FloatVector.fromArray(F, row, at + i + stride);
            FloatVector blue = FloatVector.fromArray(F, row, at + i + 2 * stride);
            FloatVector above = red.add(green).add(red.sub(green).lanewise(ABS));
            FloatVector base = blue.fma(two, above)
                    .add(blue.fma(minusTwo, above).lanewise(ABS))
                    .mul(rest);
            base.add(red.mul(factor)).intoArray(row, at + i);
            base.add(green.mul(factor)).intoArray(row, at + i + stride);
            base.add(blue.mul(factor)).intoArray(row, at + i + 2 * stride);
        }
    }

    @Override
    public void turn(float[] row, int at, int stride, int n, int thirds, float half, float slope) {
        FloatVector point5 = FloatVector.broadcast(F, 0.5f);
        FloatVector two = FloatVector.broadcast(F, 2f);
        FloatVector minusTwo = FloatVector.broadcast(F, -2f);
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
            FloatVector greatest4 =
                    blue.fma(two, above).add(blue.fma(minusTwo, above).lanewise(ABS));
            FloatVector least4 =
                    blue.fma(two, below).sub(blue.fma(minusTwo, below).lanewise(ABS));
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
            height = height.lanewise(ABS).sub(height.sub(range).lanewise(ABS)).sub(range);
            height.fma(point5, greatest).intoArray(row, toRed + i);
            steep = blue.sub(red).mul(slope);
            height = steep.add(range)
                    .lanewise(ABS)
                    .sub(steep.sub(range).lanewise(ABS))
                    .mul(half);
            height = green.add(greatest).add(height.sub(blue).sub(red));
            height = height.lanewise(ABS).sub(height.sub(range).lanewise(ABS)).sub(range);
            height.fma(point5, greatest).intoArray(row, toGreen + i);
            steep = red.sub(green).mul(slope);
            height = steep.add(range)
                    .lanewise(ABS)
                    .sub(steep.sub(range).lanewise(ABS))
                    .mul(half);
            height = blue.add(greatest).add(height.sub(red).sub(green));
            height = height.lanewise(ABS).sub(height.sub(range).lanewise(ABS)).sub(range);
            height.fma(point5, greatest).intoArray(row, toBlue + i);
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
