package org.vito.augment;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the first bytes of an encoded picture say of its size, read without decoding it. JPEG (ITU-T T.81, annex B), PNG (W3C),
 * WebP (RFC 9649) and BMP; other bytes are no picture to us.
 *
 * @param width pixels, at least 1
 * @param height pixels, at least 1
 */
record PictureHeader(int width, int height) {
    /** No picture. */
    static final PictureHeader NONE = new PictureHeader(0, 0);

    private static final int PNG = 0x89504e47;
    private static final int RIFF = 0x52494646;
    private static final int WEBP = 0x57454250;
    private static final int BMP = 0x424d;

    /** Whether there is a size. */
    boolean present() {
        return width > 0 && height > 0;
    }

    /** Pixels of the whole picture. */
    long pixels() {
        return (long) width * height;
    }

    /**
     * Reads the header of the bytes from index 0 to {@code size}; {@link #NONE} if they begin as no picture does.
     *
     * @param bytes big-endian
     */
    static PictureHeader of(ByteBuffer bytes, int size) {
        if (size >= 4 && jpegMarker(bytes, 0) == 0xd8) {
            return jpeg(bytes, size);
        }
        if (size >= 24 && bytes.getInt(0) == PNG) {
            return new PictureHeader(bytes.getInt(16), bytes.getInt(20));
        }
        if (size >= 30 && bytes.getInt(0) == RIFF && bytes.getInt(8) == WEBP) {
            return webp(bytes);
        }
        if (size >= 26 && bytes.getShort(0) == BMP) {
            return bmp(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        }
        return NONE;
    }

    /** The marker at an index, or -1. */
    private static int jpegMarker(ByteBuffer bytes, int at) {
        return bytes.get(at) == (byte) 0xff ? bytes.get(at + 1) & 0xff : -1;
    }

    /** The size stands in the frame header, SOF, which comes before the first scan. */
    private static PictureHeader jpeg(ByteBuffer bytes, int size) {
        int at = 2;
        while (at + 9 <= size) {
            int marker = jpegMarker(bytes, at);
            if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
                at += marker == 0xff ? 1 : 2; // fill bytes, and markers that stand alone
            } else if (marker < 0xc0 || marker == 0xd9 || marker == 0xda) {
                return NONE;
            } else if (marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
                return new PictureHeader(bytes.getShort(at + 7) & 0xffff, bytes.getShort(at + 5) & 0xffff);
            } else {
                at += 2 + Math.max(2, bytes.getShort(at + 2) & 0xffff);
            }
        }
        return NONE;
    }

    private static PictureHeader bmp(ByteBuffer little) {
        if (little.getInt(14) == 12) { // the header of OS/2
            return new PictureHeader(little.getShort(18) & 0xffff, little.getShort(20) & 0xffff);
        }
        return new PictureHeader(little.getInt(18), Math.abs(little.getInt(22))); // negative: rows from the top
    }

    private static PictureHeader webp(ByteBuffer bytes) {
        ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return switch (bytes.get(15)) {
            case ' ' -> // VP8, a key frame
                new PictureHeader(little.getShort(26) & 0x3fff, little.getShort(28) & 0x3fff);
            case 'L' -> { // VP8L, 14 bits each
                int sizes = little.getInt(21);
                yield new PictureHeader((sizes & 0x3fff) + 1, (sizes >>> 14 & 0x3fff) + 1);
            }
            case 'X' -> // VP8X, 24 bits each
                new PictureHeader((little.getInt(24) & 0xffffff) + 1, (little.getInt(26) >>> 8) + 1);
            default -> NONE;
        };
    }
}
