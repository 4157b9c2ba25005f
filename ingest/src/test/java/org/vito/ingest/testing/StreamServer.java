package org.vito.ingest.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A camera on loopback that sends what it is told to whoever connects, one turn a connection. */
public final class StreamServer implements AutoCloseable {
    /** What a connection gets, and whether it stays open afterwards. */
    private record Turn(ByteBuffer bytes, boolean stays) {}

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    public StreamServer() throws IOException {
        Thread thread = new Thread(this::accept, "stream-server");
        thread.setDaemon(true);
        thread.start();
    }

    public URI address() {
        return URI.create("tcp://127.0.0.1:" + socket.getLocalPort());
    }

    /** The next connection gets {@code bytes} and is closed. */
    public void send(byte[] bytes) {
        turns.add(new Turn(ByteBuffer.wrap(bytes), false));
    }

    /** The next connection gets {@code bytes} and then nothing more. */
    public void sendAndStay(byte[] bytes) {
        turns.add(new Turn(ByteBuffer.wrap(bytes), true));
    }

    public int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            serve();
        }
    }

    private void serve() {
        try {
            Socket client = socket.accept();
            connections.incrementAndGet();
            open.add(client);
            Turn turn = turns.poll();
            OutputStream out = client.getOutputStream();
            if (turn != null) {
                out.write(turn.bytes().array());
            }
            if (turn == null || !turn.stays()) {
                client.close();
            }
        } catch (IOException e) {
            return; // the client has had enough, or the server is closed
        }
    }
}
