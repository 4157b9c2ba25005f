package org.vito.ingest.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers whatever it is told to, HTTP or not, and remembers what it was asked. */
final class RawServer implements Closeable {
    private final ServerSocket socket;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile String once = "";
    private volatile String again = "";
    private volatile boolean silent;
    private final Queue<String> turns = new ConcurrentLinkedQueue<>();

    private RawServer(ServerSocket socket) {
        this.socket = socket;
    }

    static RawServer start() throws IOException {
        return start(new ServerSocket(0, 50, RawServer.address("127.0.0.1")));
    }

    static RawServer start(ServerSocket socket) {
        RawServer server = new RawServer(socket);
        Thread thread = new Thread(server::accept, "raw-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    /** The address that {@code literal} writes. */
    static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getAllByName(literal)[0];
    }

    int port() {
        return socket.getLocalPort();
    }

    List<String> requests() {
        return requests;
    }

    /** Sends {@code text} and closes the connection. */
    void answer(String text) {
        once = text;
        again = "";
        silent = false;
    }

    /** Gives each of {@code texts} to one connection, the last one to all that follow. */
    void answerInTurn(String... texts) {
        turns.clear();
        turns.addAll(List.of(texts));
        answer(texts[texts.length - 1]);
    }

    /** Sends {@code first}, then {@code rest} for as long as anybody listens. */
    void answerForEver(String first, String rest) {
        once = first;
        again = rest;
        silent = false;
    }

    void beSilent() {
        silent = true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket each : open) {
            each.close();
        }
    }

    private void accept() {
        try {
            while (!socket.isClosed()) {
                Socket client = socket.accept();
                open.add(client);
                Thread thread = new Thread(() -> serve(client), "raw-client");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Socket client) {
        try {
            requests.add(request(client.getInputStream()));
            if (silent) {
                return; // the socket stays open
            }
            OutputStream out = client.getOutputStream();
            String turn = turns.poll();
            out.write((turn == null ? once : turn).getBytes(StandardCharsets.ISO_8859_1));
            byte[] more = again.repeat(100).getBytes(StandardCharsets.ISO_8859_1);
            while (more.length > 0) {
                out.write(more);
            }
            client.close();
        } catch (IOException e) {
            open.remove(client); // the client has had enough
        }
    }

    private static String request(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                break;
            }
            request.append((char) c);
        }
        return request.toString();
    }
}
