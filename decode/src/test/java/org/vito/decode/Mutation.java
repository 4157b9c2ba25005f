package org.vito.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Ways in which files are broken or made to lie. Each is a function of the files and the random numbers alone. */
enum Mutation {
    BIT_FLIPS {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            int flips = 1 << random.nextInt(11);
            for (int i = 0; i < flips; i++) {
                made[random.nextInt(made.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return made;
        }
    },
    HEADER_NOISE {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            int changed = 1 + random.nextInt(64);
            for (int i = 0; i < changed; i++) {
                made[nearAnEnd(made.length, random)] = (byte) random.nextInt();
            }
            return made;
        }
    },
    TRUNCATION {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
    },
    SPLICE {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            int length = 1 + random.nextInt(Math.min(made.length, other.length) - 1);
            System.arraycopy(
                    other, random.nextInt(other.length - length), made, random.nextInt(made.length - length), length);
            return made;
        }
    },
    TWO_FILES {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            int head = random.nextInt(file.length);
            byte[] made = Arrays.copyOf(file, head + other.length);
            System.arraycopy(other, 0, made, head, other.length);
            return made;
        }
    },
    LYING_NUMBERS {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            int changed = 1 + random.nextInt(8);
            for (int i = 0; i < changed; i++) {
                put(made, nearAnEnd(made.length, random), LIES[random.nextInt(LIES.length)]);
            }
            return made;
        }
    },
    LYING_INDEX {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            String text = new String(made, StandardCharsets.ISO_8859_1);
            List<String> present = TABLES.stream().filter(text::contains).toList();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                int at = present.isEmpty()
                        ? nearAnEnd(made.length, random)
                        : text.indexOf(present.get(random.nextInt(present.size())));
                put(made, at - 4 + 4 * random.nextInt(8), LIES[random.nextInt(LIES.length)]);
            }
            return made;
        }
    },
    GIANT_DIMENSIONS {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            int giant = random.nextInt(3) == 0 ? 4096 : 0x2000 + random.nextInt(0xdfff);
            for (int at = 0; at + 1 < made.length; at++) {
                boolean bigEndian = made[at] == 0 && (made[at + 1] == WIDTH || made[at + 1] == HEIGHT);
                boolean littleEndian = made[at + 1] == 0 && (made[at] == WIDTH || made[at] == HEIGHT);
                if ((bigEndian || littleEndian) && random.nextInt(4) > 0) {
                    made[at] = (byte) (bigEndian ? giant >> 8 : giant);
                    made[at + 1] = (byte) (bigEndian ? giant : giant >> 8);
                    at++;
                }
            }
            return made;
        }
    },
    ENDLESS {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            int from = random.nextInt(file.length);
            int length = 1 + random.nextInt(Math.min(4096, file.length - from));
            int times = 1 + random.nextInt((1 << 20) / length);
            byte[] made = Arrays.copyOf(file, file.length + length * times);
            for (int i = 0; i < times; i++) {
                System.arraycopy(file, from, made, from + i * length, length);
            }
            System.arraycopy(file, from, made, from + times * length, file.length - from);
            return made;
        }
    },
    POINTING_BACK {
        @Override
        byte[] apply(byte[] file, byte[] other, SplittableRandom random) {
            byte[] made = file.clone();
            for (int i = 0; i < 1 + random.nextInt(4); i++) { // sizes and offsets of nothing, or of where one came from
                int at = random.nextInt(made.length);
                put(made, at, random.nextBoolean() ? random.nextInt(9) : -random.nextInt(1 + at));
            }
            return made;
        }
    };

    private static final int[] LIES = {
        0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ffffff, 0x7fffff00, 0xfffffff0, 0x10000000, 0x0000ffff
    };
    private static final List<String> TABLES = List.of(
            "stts",
            "stsz",
            "stco",
            "stsc",
            "stss",
            "ctts",
            "elst",
            "trun",
            "mvhd",
            "tkhd",
            "mdhd",
            "moov",
            "mdat",
            "idx1",
            "movi",
            "strh",
            "strf",
            "avih",
            "hdrl",
            "OggS",
            "FLV",
            "onMetaData",
            "V_");
    private static final byte WIDTH = (byte) 128; // of the clips that are mutated
    private static final byte HEIGHT = 96;
    private static final int HEADER = 2048;

    /** A file made of {@code file}, and perhaps of parts of {@code other}. */
    abstract byte[] apply(byte[] file, byte[] other, SplittableRandom random);

    private static int nearAnEnd(int length, SplittableRandom random) {
        int at = random.nextInt(Math.min(HEADER, length));
        return random.nextInt(4) == 0 ? length - 1 - at : at;
    }

    /** Four bytes in either order. */
    private static void put(byte[] made, int at, int value) {
        for (int i = 0; i < 4; i++) {
            if (at + i >= 0 && at + i < made.length) {
                made[at + i] = (byte) (value >> (at % 2 == 0 ? 24 - 8 * i : 8 * i));
            }
        }
    }
}
