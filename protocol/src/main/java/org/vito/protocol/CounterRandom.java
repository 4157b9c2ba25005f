package org.vito.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Random numbers that are a function of what they are for, never of when or where they are drawn.
 *
 * <p>The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * ten rounds of multiplication and exclusive-or turn a 128-bit counter and a 64-bit key into 128 random bits. The key is
 * the run's seed; the upper 96 bits of the counter name what the numbers are for — {@link #of} hashes a name (say a clip
 * id), an epoch and a view into them — and the lower 32 bits count the blocks drawn. Two streams of different names
 * therefore never share numbers except by a collision of 96-bit hashes, and two views of one clip in one epoch never do;
 * the same stream gives the same numbers on every machine and at every degree of parallelism, and nothing has to be saved
 * to resume. A stream ends after 2<sup>34</sup> numbers of 32 bits: it throws rather than repeat itself.
 *
 * <p>A stream is not safe for use by several threads; make one for each purpose instead of sharing one.
 */
public final class CounterRandom {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private final int key0;
    private final int key1;
    private final int c1;
    private final int c2;
    private final int c3;
    private long block; // 0 … 2^32
    private final int[] out = new int[4];
    private int left;

    private CounterRandom(long key, int c1, int c2, int c3) {
        this.key0 = (int) key;
        this.key1 = (int) (key >>> 32);
        this.c1 = c1;
        this.c2 = c2;
        this.c3 = c3;
    }

    /**
     * The stream for one purpose.
     *
     * @param seed the run's seed
     * @param name what the numbers are for, e.g. a clip id or {@code "shuffle"}
     * @param epoch which pass over the data
     * @param view which view of the clip; 0 where there are none
     */
    public static CounterRandom of(long seed, String name, long epoch, int view) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        long h1 = 0xcbf29ce484222325L; // FNV-1a, then mixed: two hashes of one pass
        long h2 = 0x9e3779b97f4a7c15L;
        for (byte b : bytes) {
            h1 = (h1 ^ (b & 0xff)) * 0x100000001b3L;
            h2 = mix(h2 + (b & 0xff) + 0x9e3779b97f4a7c15L);
        }
        h1 = mix(h1 ^ mix(epoch + 0x632be59bd9b4e019L));
        h2 = mix(h2 ^ mix(h1 + view * 0x9e3779b97f4a7c15L));
        h1 = mix(h1 ^ h2); // one to one in h2, and so in the view
        return new CounterRandom(seed, (int) h1, (int) (h1 >>> 32), (int) h2);
    }

    private static long mix(long z) { // the finaliser of SplitMix64
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** 32 random bits. */
    public int nextInt() {
        if (left == 0) {
            if (block > 0xffffffffL) {
                throw new IllegalStateException("a stream gives 2^34 numbers and this one has given them all");
            }
            philox(out, (int) block++, c1, c2, c3, key0, key1);
            left = 4;
        }
        return out[4 - left--];
    }

    /** 64 random bits. */
    public long nextLong() {
        return ((long) nextInt() << 32) | (nextInt() & 0xffffffffL);
    }

    /** Uniform in [0, 1), 53 bits. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high); {@code low} where the two are equal. */
    public double nextDouble(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("no interval: [" + low + ", " + high + ")");
        }
        double value = low + (high - low) * nextDouble();
        return value < high || low == high ? value : Math.nextDown(high);
    }

    /** True with probability {@code p}. */
    public boolean nextBoolean(double p) {
        return nextDouble() < p;
    }

    /** Uniform in 0 … bound-1, without bias (Lemire's multiplication with rejection). */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + " is not positive");
        }
        long product = (nextInt() & 0xffffffffL) * bound;
        if ((product & 0xffffffffL) < bound) {
            long threshold = Integer.remainderUnsigned(-bound, bound);
            while ((product & 0xffffffffL) < threshold) {
                product = (nextInt() & 0xffffffffL) * bound;
            }
        }
        return (int) (product >>> 32);
    }

    /** Normal with mean 0 and variance 1 (Box and Muller); the same bits on every machine. */
    public double nextGaussian() {
        double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * nextDouble());
    }

    /** A uniformly random order of 0 … n-1 (Fisher and Yates). */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** This stream with only its last block left, to see how a stream ends. */
    CounterRandom atLastBlock() {
        CounterRandom last = new CounterRandom((key0 & 0xffffffffL) | ((long) key1 << 32), c1, c2, c3);
        last.block = 0xffffffffL;
        return last;
    }

    static void philox(int[] out, int c0, int c1, int c2, int c3, int k0, int k1) {
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        int key0 = k0;
        int key1 = k1;
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xffffffffL) * (x0 & 0xffffffffL);
            long p1 = (M1 & 0xffffffffL) * (x2 & 0xffffffffL);
            int y0 = (int) (p1 >>> 32) ^ x1 ^ key0;
            int y2 = (int) (p0 >>> 32) ^ x3 ^ key1;
            x1 = (int) p1;
            x3 = (int) p0;
            x0 = y0;
            x2 = y2;
            key0 += W0;
            key1 += W1;
        }
        out[0] = x0;
        out[1] = x1;
        out[2] = x2;
        out[3] = x3;
    }
}
