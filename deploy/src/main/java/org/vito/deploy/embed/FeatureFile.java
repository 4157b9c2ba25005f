package org.vito.deploy.embed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A file of one array of 32-bit floating-point numbers, {@code [rows, …]}, that is written row after row. How many there are
 * is known at the end, so the header has a fixed length and is written last. Until then the file has another name beside its
 * own, so that a file of this name is always whole.
 */
final class FeatureFile implements AutoCloseable {
    /** What the file is like. */
    enum Format {
        /** NumPy's, version 1.0: magic, length of the header, a Python literal, blanks, a line feed; then the numbers. */
        NPY(128) {
            @Override
            byte[] header(List<Long> shape) {
                String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
                String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }"
                        .formatted(sizes, shape.size() == 1 ? "," : "");
                byte[] header = new byte[bytes()];
                Arrays.fill(header, (byte) ' ');
                ByteBuffer out = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
                out.put((byte) 0x93)
                        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                        .put((byte) 1)
                        .put((byte) 0);
                out.putShort((short) (bytes() - out.position() - Short.BYTES));
                out.put(text.getBytes(StandardCharsets.US_ASCII));
                header[bytes() - 1] = '\n';
                return header;
            }
        },
        /** Safetensors, its one tensor called {@code features}. */
        SAFETENSORS(256) {
            @Override
            byte[] header(List<Long> shape) {
                long end = Float.BYTES * shape.stream().reduce(1L, Math::multiplyExact);
                String text = "{\"features\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,%d]}}"
                        .formatted(shape.toString().replace(" ", ""), end);
                byte[] header = new byte[bytes()];
                Arrays.fill(header, (byte) ' ');
                ByteBuffer out = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
                out.putLong(bytes() - Long.BYTES).put(text.getBytes(StandardCharsets.US_ASCII));
                return header;
            }
        };

        private final int bytes;

        Format(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }

        abstract byte[] header(List<Long> shape);

        /**
         * The format that a file's name asks for.
         *
         * @throws VitoException BAD_SETTING if it asks for none
         */
        static Format of(Path file) {
            String name = String.valueOf(file.getFileName());
            for (Format format : values()) {
                if (name.endsWith("." + format.name().toLowerCase(java.util.Locale.ROOT))) {
                    return format;
                }
            }
            throw new VitoException(Reason.BAD_SETTING, "--out " + file + ": expected a name in .npy or .safetensors");
        }
    }

    private final Path file;
    private final Path partial;
    private final Format format;
    private final FileChannel channel;
    private List<Integer> rowShape = List.of();
    private long rows;

    private FeatureFile(Path file, Path partial, FileChannel channel) {
        this.file = file;
        this.partial = partial;
        this.channel = channel;
        format = Format.of(file);
    }

    /**
     * Begins a file; it replaces one of the same name when it is finished.
     *
     * @throws VitoException BAD_SETTING if the name ends in neither format; STORAGE if it cannot be written
     */
    static FeatureFile create(Path file) {
        Format format = Format.of(file);
        Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
        try {
            FileChannel channel = FileChannel.open(
                    partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            channel.position(format.bytes());
            return new FeatureFile(file, partial, channel);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + partial + ": " + e, e);
        }
    }

    /** Rows written so far, which is the number of the next one. */
    long rows() {
        return rows;
    }

    /**
     * Appends rows.
     *
     * @param shape of one row; the same in every call
     * @param values of {@code count} rows, the last dimension running fastest
     */
    void append(List<Integer> shape, float[] values, int count) {
        if (rows > 0 && !shape.equals(rowShape)) {
            throw new IllegalStateException("rows of shape " + shape + " after rows of shape " + rowShape);
        }
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + partial + ": " + e, e);
        }
        rowShape = List.copyOf(shape);
        rows += count;
    }

    /** Writes the header and gives the file its name. */
    void finish() {
        List<Long> shape = new ArrayList<>(List.of(rows));
        rowShape.forEach(size -> shape.add((long) size));
        try {
            channel.write(ByteBuffer.wrap(format.header(shape)), 0);
            channel.force(true);
            channel.close();
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    /** Ends the work; what was not finished is removed. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot remove " + partial + ": " + e, e);
        }
    }
}
