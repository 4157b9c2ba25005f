package org.vito.learner.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * What two learners send each other: length, kind, channel, body.
 *
 * @param kind what it means
 * @param channel of an exchange, else 0
 */
@SuppressWarnings("ArrayRecordComponent") // goes to a socket as it is; nobody compares frames
record Frame(Kind kind, int channel, byte[] body) {
    /** The longest body of a learner that is not known yet, in bytes. */
    static final int LONGEST_HELLO = 1 << 16;

    /** The longest body, in bytes; state of the data order with a full shuffle buffer is a few megabytes. */
    static final int LONGEST = 256 << 20;

    /** What a frame means. */
    enum Kind {
        /** A learner says which it is. */
        HELLO(0),
        /** The leader's answer: addresses of all. */
        WELCOME(1),
        /** The leader's answer: try again, the group that was is not over. */
        BUSY(2),
        /** The leader's answer: never, with the reason. */
        REFUSED(3),
        /** I am there. */
        PING(4),
        /** A share of an exchange, or to members all shares. */
        SHARE(5),
        /** End after the step under way. */
        STOP(6),
        /** I end, with the reason; another attempt may succeed. */
        FAILED(7),
        /** I end, with the reason; another attempt will not succeed. */
        ENDED(8),
        /** I end in order. */
        BYE(9);

        private static final List<Kind> ALL = List.of(values());

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        private static Kind of(int number) throws IOException {
            return ALL.stream()
                    .filter(kind -> kind.number == number)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no frame of a group of learners: kind " + number));
        }
    }

    static Frame of(Kind kind) {
        return new Frame(kind, 0, new byte[0]);
    }

    static Frame of(Kind kind, String text) {
        return new Frame(kind, 0, text.getBytes(UTF_8));
    }

    String text() {
        return new String(body, UTF_8);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(body.length);
        out.writeByte(kind.number);
        out.writeByte(channel);
        out.write(body);
        out.flush();
    }

    /** @param longest body that is accepted, in bytes */
    static Frame read(DataInputStream in, int longest) throws IOException {
        int length = in.readInt();
        Kind kind = Kind.of(in.readUnsignedByte());
        int channel = in.readUnsignedByte();
        if (length < 0 || length > longest) {
            throw new IOException("no frame of a group of learners: length " + length);
        }
        byte[] body = new byte[length];
        in.readFully(body);
        return new Frame(kind, channel, body);
    }
}
