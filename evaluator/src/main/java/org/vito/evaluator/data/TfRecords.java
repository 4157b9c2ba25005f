package org.vito.evaluator.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/** TensorFlow's records (TFRecord) in streams of bytes: a length, its checksum, the data, their checksum. */
public final class TfRecords {
    private static final int MASK_DELTA = 0xa282ead8;

    private TfRecords() {}

    /** Adds a record. */
    public static void write(OutputStream out, byte[] data) throws IOException {
        byte[] length = new byte[Long.BYTES];
        ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length);
        out.write(length);
        checksum(out, length);
        out.write(data);
        checksum(out, data);
    }

    /**
     * The next record; empty at the end.
     *
     * @param longest bytes that a record may have
     * @throws EOFException if it is cut off
     * @throws StreamCorruptedException if it is longer, or not what its checksum is of
     */
    public static Optional<byte[]> next(DataInputStream in, int longest) throws IOException {
        byte[] length = in.readNBytes(Long.BYTES);
        if (length.length == 0) {
            return Optional.empty();
        }
        if (length.length < Long.BYTES) {
            throw new EOFException("the length of a record is cut off");
        }
        if (number(in) != masked(length)) {
            throw new StreamCorruptedException("the length of a record is not what its checksum is of");
        }
        long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (size < 0 || size > longest) {
            throw new StreamCorruptedException("a record of %d bytes; expected at most %d".formatted(size, longest));
        }
        byte[] data = in.readNBytes((int) size);
        if (data.length < size) {
            throw new EOFException("a record of %d bytes is cut off after %d".formatted(size, data.length));
        }
        if (number(in) != masked(data)) {
            throw new StreamCorruptedException("the bytes of a record are not what their checksum is of");
        }
        return Optional.of(data);
    }

    private static void checksum(OutputStream out, byte[] of) throws IOException {
        byte[] checksum = new byte[Integer.BYTES];
        ByteBuffer.wrap(checksum).order(ByteOrder.LITTLE_ENDIAN).putInt(masked(of));
        out.write(checksum);
    }

    private static int number(DataInputStream in) throws IOException {
        return Integer.reverseBytes(in.readInt());
    }

    /** CRC-32C, turned and moved, so that checksums of data that have checksums in them are good ones too. */
    static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + MASK_DELTA;
    }
}
