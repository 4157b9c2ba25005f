package org.vito.learner.group;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A connection to another learner. Frames may be sent from any thread; one at a time reads. */
final class Link implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** @param silence after which a read fails */
    Link(Socket socket, Duration silence) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    void send(Frame frame) throws IOException {
        synchronized (out) {
            frame.write(out);
        }
    }

    /** The next frame, or the failure of waiting for it longer than the silence allowed. */
    Frame read() throws IOException {
        return Frame.read(in, Frame.LONGEST);
    }

    /** The first frame of a stranger, if it comes within {@code most}. */
    Frame readHello(Duration most) throws IOException {
        if (!arrives(most)) {
            throw new IOException("it says nothing");
        }
        return Frame.read(in, Frame.LONGEST_HELLO);
    }

    /** Whether a frame begins to arrive within {@code most}. */
    boolean arrives(Duration most) throws IOException {
        int silence = socket.getSoTimeout();
        socket.setSoTimeout(Math.toIntExact(most.toMillis()));
        try {
            in.mark(1);
            if (in.read() < 0) {
                throw new EOFException("the connection was closed");
            }
            in.reset();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(silence);
        }
    }

    /** This side's address. */
    String localHost() {
        return socket.getLocalAddress().getHostAddress();
    }

    /** The other side's address. */
    String remote() {
        return socket.getInetAddress().getHostAddress() + ":" + socket.getPort();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as it can be.
        }
    }
}
