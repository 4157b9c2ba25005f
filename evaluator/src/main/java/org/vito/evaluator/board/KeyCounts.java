package org.vito.evaluator.board;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How many distinct keys have which of a few states, each key counting for its last. Keys are kept as 64-bit hashes in an
 * open-addressing table; beyond a fixed number of keys each further record counts as a new key, which is right as long as
 * every key is told once.
 */
final class KeyCounts {
    private static final int MOST_SLOTS = 1 << 22;

    private final long[] counts;
    private final int mostKeys;
    private long[] hashes = new long[1 << 10]; // 0 = free
    private byte[] states = new byte[1 << 10];
    private int keys;

    KeyCounts(int states) {
        this(states, MOST_SLOTS / 2);
    }

    KeyCounts(int states, int mostKeys) {
        counts = new long[states];
        this.mostKeys = mostKeys;
    }

    /** Notes that {@code key} is in {@code state} now. */
    void put(String key, int state) {
        long hash = hash(key);
        int at = slot(hash);
        if (hashes[at] == hash) {
            counts[states[at]]--;
        } else if (keys < mostKeys) {
            hashes[at] = hash;
            keys++;
        } else {
            counts[state]++;
            return;
        }
        states[at] = (byte) state;
        counts[state]++;
        if (keys * 2 > hashes.length) {
            grow();
        }
    }

    long count(int state) {
        return counts[state];
    }

    private int slot(long hash) {
        int mask = hashes.length - 1;
        int at = (int) (hash ^ (hash >>> 32)) & mask;
        while (hashes[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldHashes = hashes;
        byte[] oldStates = states;
        hashes = new long[oldHashes.length * 2];
        states = Arrays.copyOf(new byte[0], hashes.length);
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] != 0) {
                int at = slot(oldHashes[i]);
                hashes[at] = oldHashes[i];
                states[at] = oldStates[i];
            }
        }
    }

    private static long hash(String key) {
        byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        CRC32C check = new CRC32C();
        check.update(bytes);
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        hash ^= check.getValue() << 32;
        return hash == 0 ? 1 : hash;
    }
}
