package org.vito.ingest.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An RTSP server on loopback that sends what it was given, over the connection that asks. What libav's own RTP muxer made of four
 * seconds of H.264 and H.265 (25 frames a second, 192 x 144, with pictures out of order) lies beside the tests.
 */
public final class Camera implements AutoCloseable {
    private static final byte[] REPORT = {'$', 3, 0, 4, (byte) 0x80, (byte) 200, 0, 0};

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>(); // without CSeq and User-Agent
    private final String description;
    private final List<byte[]> packets;
    private volatile String challenge = "";
    private volatile String authorization = ""; // the only one that is accepted; what begins so
    private volatile boolean stays; // after the last packet
    private volatile int timeout = 60;
    private final AtomicInteger shows = new AtomicInteger(Integer.MAX_VALUE); // that are left

    public Camera(String description, List<byte[]> packets) throws IOException {
        this.description = description;
        this.packets = packets;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** One that sends {@code h264} or {@code h265}. */
    public static Camera of(String codec) throws IOException {
        return new Camera(description(codec), packets(codec));
    }

    public static String description(String codec) throws IOException {
        return new String(resource(codec + ".sdp"), StandardCharsets.UTF_8);
    }

    /** RTP packets. */
    public static List<byte[]> packets(String codec) throws IOException {
        byte[] all = resource(codec + ".rtp");
        List<byte[]> packets = new ArrayList<>();
        for (int at = 0; at < all.length; ) {
            int length = ((all[at] & 0xff) << 8) | (all[at + 1] & 0xff);
            packets.add(java.util.Arrays.copyOfRange(all, at + 2, at + 2 + length));
            at += 2 + length;
        }
        return packets;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Camera.class.getResourceAsStream("/rtsp/" + name))) {
            return in.readAllBytes();
        }
    }

    public URI address() {
        return URI.create("rtsp://127.0.0.1:" + server.getLocalPort() + "/garden?stream=1");
    }

    /** Asks for a user by a field of this content, and accepts an answer that begins so. */
    public void wants(String offer, String answer) {
        challenge = offer;
        authorization = answer;
    }

    /** Whether the connection stays after the last packet; and how many seconds a session lives. */
    public void stays(int seconds) {
        stays = true;
        timeout = seconds;
    }

    /** Sends its packets to the first who asks for them, and nothing to others. */
    public void showsOnce() {
        shows.set(1);
    }

    /** What was asked for: the method, a space, the address. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Sends a report on the transmission over every connection. */
    public void report() throws IOException {
        for (Socket socket : open) {
            if (!socket.isClosed()) {
                socket.getOutputStream().write(REPORT);
            }
        }
    }

    /** Ends every connection. */
    public void hangUp() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            String line = line(in);
            while (!line.isEmpty()) {
                Map<String, String> fields = new HashMap<>();
                for (String field = line(in); !field.isEmpty(); field = line(in)) {
                    int colon = field.indexOf(':');
                    fields.put(
                            field.substring(0, colon).toLowerCase(Locale.ROOT),
                            field.substring(colon + 1).strip());
                }
                String method = line.substring(0, line.indexOf(' '));
                requests.add(line.replaceAll(" RTSP/1.0$", ""));
                boolean known = challenge.isEmpty()
                        || fields.getOrDefault("authorization", "").startsWith(authorization);
                out.write(known ? answer(method, fields) : refusal(fields));
                if (known && method.equals("PLAY")) {
                    if (shows.getAndDecrement() > 0) {
                        play(out);
                    }
                    if (!stays) {
                        return;
                    }
                } else if (method.equals("TEARDOWN")) {
                    return;
                }
                line = line(in);
            }
        } catch (IOException e) {
            return; // whoever asked has gone
        }
    }

    private byte[] refusal(Map<String, String> fields) {
        return ("RTSP/1.0 401 Unauthorized\r\nCSeq: " + fields.get("cseq") + "\r\nWWW-Authenticate: " + challenge
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] answer(String method, Map<String, String> fields) {
        StringBuilder answer = new StringBuilder("RTSP/1.0 200 OK\r\nCSeq: " + fields.get("cseq") + "\r\n");
        switch (method) {
            case "DESCRIBE" ->
                answer.append("Content-Base: " + address().toString().replaceAll("\\?.*", "/") + "\r\n")
                        .append("Content-Type: application/sdp\r\nContent-Length: " + description.length() + "\r\n");
            case "SETUP" ->
                answer.append("Transport: RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1\r\nSession: abc;timeout=" + timeout
                        + "\r\n");
            default -> answer.append("Session: abc\r\n");
        }
        return answer.append("\r\n" + (method.equals("DESCRIBE") ? description : ""))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private void play(OutputStream out) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(REPORT);
        for (byte[] packet : packets) {
            frames.writeBytes(new byte[] {'$', 2, (byte) (packet.length >> 8), (byte) packet.length});
            frames.writeBytes(packet);
        }
        out.write(frames.toByteArray());
    }

    private static String line(InputStream in) throws IOException {
        DataInputStream bytes = new DataInputStream(in);
        StringBuilder line = new StringBuilder();
        for (int c = bytes.read(); c >= 0 && c != '\n'; c = bytes.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        server.close();
        hangUp();
        threads.shutdownNow();
    }
}
