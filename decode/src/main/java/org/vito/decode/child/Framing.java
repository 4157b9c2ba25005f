package org.vito.decode.child;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Messages on a pipe: each behind its length in bytes, 4 bytes big endian. */
public final class Framing {
    /** The longest message that either side accepts, in bytes. */
    public static final int MAX_BYTES = 64 << 20;

    private static final int OVERHEAD = 256; // about what a message costs its reader beyond its bytes

    private Framing() {}

    /** What a message of {@code bytes} counts for in the limit on what one request may be answered. */
    public static long cost(int bytes) {
        return OVERHEAD + (long) bytes;
    }

    /** Decides, before a byte of it is taken, whether a message is taken. */
    public interface Admission {
        /** Lets a message of {@code bytes} pass. @throws IOException if it is one too many */
        void check(int bytes) throws IOException;
    }

    /** Writes {@code message} and flushes. */
    public static void write(DataOutputStream out, Message message) throws IOException {
        byte[] bytes = message.toByteArray();
        if (bytes.length > MAX_BYTES) {
            throw new IOException("message of %d bytes, at most %d fit".formatted(bytes.length, MAX_BYTES));
        }
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    /** The next message, or null if the pipe ended between two messages. */
    public static <T> @Nullable T read(DataInputStream in, Parser<T> parser) throws IOException {
        return read(in, parser, length -> {});
    }

    /** The next message, or null if the pipe ended between two messages; {@code admit} may refuse it by its length. */
    public static <T> @Nullable T read(DataInputStream in, Parser<T> parser, Admission admit) throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int length = (first << 24) | (in.readUnsignedByte() << 16) | in.readUnsignedShort();
        if (length < 0 || length > MAX_BYTES) {
            throw new IOException("message of %d bytes announced, at most %d expected".formatted(length, MAX_BYTES));
        }
        admit.check(length);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("pipe ended after %d of %d bytes".formatted(bytes.length, length));
        }
        return parser.parseFrom(bytes);
    }
}
