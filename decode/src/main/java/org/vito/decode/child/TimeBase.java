package org.vito.decode.child;

import java.math.BigInteger;

/**
 * The unit in which a stream counts time: {@code numerator / denominator} seconds a tick. All arithmetic is exact: products
 * are taken in 128 bits and rounded once.
 */
record TimeBase(int numerator, int denominator) {
    private static final long MICROS = 1_000_000;

    TimeBase {
        if (numerator <= 0 || denominator <= 0) {
            throw new IllegalArgumentException("time base " + numerator + "/" + denominator + " is not positive");
        }
    }

    /** {@code ticks} in microseconds, rounded to the nearest, halves up. */
    long micros(long ticks) {
        return roundedQuotient(ticks, numerator * MICROS, denominator);
    }

    /** {@code micros} in ticks, rounded to the nearest, halves up. */
    long ticks(long micros) {
        return roundedQuotient(micros, denominator, numerator * MICROS);
    }

    /** The last tick that is not after {@code micros}. */
    long ticksUpTo(long micros) {
        long ticks = ticks(micros);
        return compare(ticks, micros) > 0 ? ticks - 1 : ticks;
    }

    /** Whether {@code wantedUs} lies nearer to {@code later} than to {@code earlier} (ticks); a tie goes to the earlier. */
    boolean laterIsNearer(long earlier, long later, long wantedUs) {
        // wanted - earlier > later - wanted, both sides in seconds, without division
        return compareProducts(Math.multiplyExact(2, wantedUs), denominator, earlier + later, numerator * MICROS) > 0;
    }

    /** Compares {@code ticks} with {@code micros}. */
    int compare(long ticks, long micros) {
        return compareProducts(ticks, numerator * MICROS, micros, denominator);
    }

    private static int compareProducts(long a, long b, long c, long d) {
        int high = Long.compare(Math.multiplyHigh(a, b), Math.multiplyHigh(c, d));
        return high != 0 ? high : Long.compareUnsigned(a * b, c * d);
    }

    private static long roundedQuotient(long a, long b, long divisor) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        if (high == low >> 63 && low < Long.MAX_VALUE - divisor && low > Long.MIN_VALUE + divisor) {
            return Math.floorDiv(low + divisor / 2, divisor);
        }
        BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
        BigInteger[] parts =
                product.add(BigInteger.valueOf(divisor / 2)).divideAndRemainder(BigInteger.valueOf(divisor));
        BigInteger floor = parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
        return floor.longValueExact();
    }
}
