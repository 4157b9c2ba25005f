package org.vito.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Tells how many bytes are read, as they are. */
final class CountedStream extends FilterInputStream {
    private final LongConsumer counter;

    CountedStream(InputStream in, LongConsumer counter) {
        super(in);
        this.counter = counter;
    }

    @Override
    public int read() throws IOException {
        int one = in.read();
        if (one >= 0) {
            counter.accept(1);
        }
        return one;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int count = in.read(to, offset, length);
        if (count > 0) {
            counter.accept(count);
        }
        return count;
    }
}
