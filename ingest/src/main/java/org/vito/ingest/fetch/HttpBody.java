package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.InputStream;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/**
 * The bytes of an HTTP answer: as many as were announced, or chunks (RFC 9112 §7.1), or whatever comes until the server
 * closes. What ends before its announced end is a failure, never an end.
 */
final class HttpBody extends BlockStream {
    private static final int LONGEST_LINE = 4096; // bytes of a chunk's size and extensions
    private static final int TRAILERS = 64 << 10; // bytes

    private final String address;
    private final InputStream wire;
    private final long announced; // -1 = chunks, or until the server closes
    private final boolean chunked;
    private long received;
    private long left; // of the body, or of the present chunk
    private boolean inChunks;
    private boolean ended;

    /** @param wire throws no IOException of its own */
    HttpBody(String address, InputStream wire, long announced, boolean chunked) {
        this.address = address;
        this.wire = wire;
        this.announced = announced;
        this.chunked = chunked;
        left = announced >= 0 ? announced : 0;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        try {
            if (chunked && left == 0 && !ended) {
                nextChunk();
            }
            boolean open = !chunked && announced < 0;
            if (ended || (left == 0 && !open)) {
                return -1;
            }
            int count = wire.read(to, offset, open ? length : (int) Math.min(length, left));
            if (count < 0) {
                if (open) {
                    ended = true;
                    return -1;
                }
                throw brokeOff();
            }
            received += count;
            left -= open ? 0 : count;
            return count;
        } catch (IOException e) {
            throw new RetriableException(Reason.UNREACHABLE, "the connection to " + address + " broke: " + e, e);
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    private void nextChunk() throws IOException {
        if (inChunks && !line(LONGEST_LINE).isEmpty()) {
            throw HttpHead.bad(address, "a chunk that is longer than it says");
        }
        String size = line(LONGEST_LINE).replaceAll("[ \\t]*(;.*)?$", "");
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw HttpHead.bad(address, "a chunk of '" + size.substring(0, Math.min(20, size.length())) + "' bytes");
        }
        inChunks = true;
        left = Long.parseLong(size, 16);
        if (left == 0) {
            int[] most = {TRAILERS};
            do { // trailers say nothing that we ask for
                ended = HttpHead.line(wire, address, most).isEmpty();
            } while (!ended);
        }
    }

    private String line(int most) throws IOException {
        return HttpHead.line(wire, address, new int[] {most});
    }

    private RetriableException brokeOff() {
        return new RetriableException(
                Reason.UNREACHABLE,
                announced < 0
                        ? "%s broke off after %d bytes".formatted(address, received)
                        : "%s broke off after %d of the %d bytes it announced".formatted(address, received, announced));
    }
}
