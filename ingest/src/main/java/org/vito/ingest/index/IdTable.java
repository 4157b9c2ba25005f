package org.vito.ingest.index;

/**
 * A map from identifiers to numbers that costs about 40 bytes an entry, so that a million videos fit in 40 MB.
 *
 * <p>An identifier is a SHA-256 in hexadecimal, of which the first 128 bits are kept: among 10⁹ videos two share them with
 * a probability below 10⁻²⁰. Open addressing with linear probing; a removed entry keeps its place with a value of {@link
 * #ABSENT}. Not safe for use by several threads.
 */
public final class IdTable {
    /** What {@link #get} answers for an identifier that is not in the table; no entry can have this value. */
    public static final long ABSENT = -1;

    private static final int WORDS = 3; // of an entry: upper half, lower half, value
    private static final double FULLEST = 0.6;

    private long[] slots = new long[WORDS * 1024];
    private int used;

    /** The value of {@code id}, or {@link #ABSENT}. */
    public long get(String id) {
        int slot = slot(slots, high(id), low(id));
        return isFree(slots, slot) ? ABSENT : slots[slot + 2];
    }

    /** Whether {@code id} has a value. */
    public boolean contains(String id) {
        return get(id) != ABSENT;
    }

    /** Sets the value of {@code id}; {@link #ABSENT} removes it. */
    public void put(String id, long value) {
        long high = high(id);
        long low = low(id);
        int slot = slot(slots, high, low);
        if (isFree(slots, slot)) {
            if (value == ABSENT) {
                return;
            }
            if ((used + 1) * (double) WORDS > FULLEST * slots.length) {
                grow();
                slot = slot(slots, high, low);
            }
            used++;
        }
        slots[slot] = high;
        slots[slot + 1] = low;
        slots[slot + 2] = value;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(slots.length, 2)];
        used = 0;
        for (int i = 0; i < slots.length; i += WORDS) {
            if (!isFree(slots, i) && slots[i + 2] != ABSENT) {
                int to = slot(larger, slots[i], slots[i + 1]);
                System.arraycopy(slots, i, larger, to, WORDS);
                used++;
            }
        }
        slots = larger;
    }

    private static int slot(long[] slots, long high, long low) {
        int count = slots.length / WORDS;
        int i = (int) Math.floorMod(high ^ (low * 0x9e3779b97f4a7c15L), (long) count);
        while (!isFree(slots, i * WORDS) && (slots[i * WORDS] != high || slots[i * WORDS + 1] != low)) {
            i = i + 1 == count ? 0 : i + 1;
        }
        return i * WORDS;
    }

    private static boolean isFree(long[] slots, int slot) {
        return slots[slot] == 0 && slots[slot + 1] == 0;
    }

    private static long high(String id) {
        return Long.parseUnsignedLong(id, 0, 16, 16);
    }

    private static long low(String id) {
        return Long.parseUnsignedLong(id, 16, 32, 16);
    }
}
