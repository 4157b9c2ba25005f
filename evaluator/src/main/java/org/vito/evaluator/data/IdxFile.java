package org.vito.evaluator.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * A file of the IDX format, plain or gzipped, open for one pass.
 *
 * <p>Layout, big-endian (described with the MNIST database, LeCun, Cortes and Burges): two zero bytes, a type byte (8 =
 * unsigned byte, the one read here), the number of dimensions, each dimension as four bytes, then the values, the last
 * dimension running fastest.
 */
final class IdxFile implements AutoCloseable {
    private static final int UNSIGNED_BYTE = 8;
    private static final long MOST_VALUES = 1L << 36;

    private final Path path;
    private final DataInputStream in;
    private final int[] dimensions;

    private IdxFile(Path path, DataInputStream in, int[] dimensions) {
        this.path = path;
        this.in = in;
        this.dimensions = dimensions;
    }

    /** Opens the file and reads its header; refuses anything but {@code least … most} dimensions of unsigned bytes. */
    static IdxFile open(Path path, int least, int most) throws IOException {
        InputStream raw = Files.newInputStream(path);
        try {
            InputStream bytes = path.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
            DataInputStream in = new DataInputStream(new BufferedInputStream(bytes, 1 << 16));
            return new IdxFile(path, in, header(path, in, least, most));
        } catch (EOFException e) {
            raw.close();
            throw DataSets.bad("%s ends inside its header; expected an IDX file".formatted(path), e);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static int[] header(Path path, DataInputStream in, int least, int most) throws IOException {
        int magic = in.readInt();
        int count = magic & 0xff;
        if (magic >>> 8 != UNSIGNED_BYTE || count < least || count > most) {
            throw DataSets.bad(
                    "%s begins with %08x; expected an IDX file of unsigned bytes with %s dimensions (0000080%d)"
                            .formatted(path, magic, least == most ? least : least + " to " + most, least));
        }
        int[] dimensions = new int[count];
        long values = 1;
        for (int i = 0; i < count; i++) {
            dimensions[i] = in.readInt();
            if (dimensions[i] <= 0 || values * dimensions[i] > MOST_VALUES) {
                throw DataSets.bad("%s has a dimension of %d; expected 1 or more, and at most %d values in all"
                        .formatted(path, dimensions[i], MOST_VALUES));
            }
            values *= dimensions[i];
        }
        return dimensions;
    }

    /** Sizes of the dimensions. */
    int[] dimensions() {
        return Arrays.copyOf(dimensions, dimensions.length);
    }

    /** Number of items: the first dimension. */
    int items() {
        return dimensions[0];
    }

    /** The next item's values. @throws org.vito.protocol.VitoException BAD_DATA_SET if the file ends before */
    void next(int item, byte[] into) throws IOException {
        try {
            in.readFully(into);
        } catch (EOFException e) {
            throw DataSets.bad(
                    "%s ends at item %d of %d; expected %d items of %d bytes each: is it half copied?"
                            .formatted(path, item, items(), items(), into.length),
                    e);
        }
    }

    /** Refuses bytes behind the last item. */
    void expectEnd() throws IOException {
        if (in.read() >= 0) {
            throw DataSets.bad(
                    "%s has more bytes than its header tells of (%s)".formatted(path, Arrays.toString(dimensions)));
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
