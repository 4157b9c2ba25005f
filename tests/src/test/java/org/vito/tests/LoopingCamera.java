package org.vito.tests;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A camera on loopback that shows a film from its beginning to whoever connects, as fast as it lasts, again and again. */
final class LoopingCamera implements AutoCloseable {
    private static final int PACKET = 188; // bytes, of an MPEG transport stream
    private static final int STEPS = 10; // a second

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final byte[] film;
    private final int step; // bytes

    LoopingCamera(byte[] film, Duration length) throws IOException {
        this.film = film;
        int steps = (int) (length.toMillis() * STEPS / 1000);
        step = (film.length / PACKET / steps + 1) * PACKET;
        start(this::accept);
    }

    String address() {
        return "tcp://127.0.0.1:" + server.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "looping-camera");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                start(() -> show(socket));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void show(Socket socket) {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            while (true) {
                for (int at = 0; at < film.length; at += step) {
                    out.write(film, at, Math.min(step, film.length - at));
                    LockSupport.parkNanos(Duration.ofSeconds(1).toNanos() / STEPS);
                }
            }
        } catch (IOException e) {
            return; // nobody looks any more
        }
    }

    /** Ends every connection and takes no more. */
    void switchOff() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        switchOff();
    }
}
