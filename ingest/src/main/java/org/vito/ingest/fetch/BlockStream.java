package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import org.vito.protocol.VitoException;

/** A stream that is read in blocks, and byte by byte only where somebody insists. */
abstract class BlockStream extends InputStream {
    /** What {@code in} gives; where that fails for another reason than ours, {@code failure} tells it. */
    static BlockStream of(InputStream in, Function<Exception, RuntimeException> failure) {
        return new BlockStream() {
            @Override
            public int read(byte[] to, int offset, int length) {
                try {
                    return in.read(to, offset, length);
                } catch (VitoException e) {
                    throw e;
                } catch (IOException | RuntimeException e) {
                    throw failure.apply(e);
                }
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] to, int offset, int length) throws IOException;
}
