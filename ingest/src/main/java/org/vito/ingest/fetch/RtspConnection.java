package org.vito.ingest.fetch;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.rtsp.Challenge;
import org.vito.ingest.rtsp.SessionDescription;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * One session of RTSP 1.0 (RFC 2326) whose packets come over the same TCP connection, interleaved (§10.12), so that no server can
 * have them sent elsewhere. Requests are sent and packets received by one thread; {@link #close} may come from another.
 */
final class RtspConnection implements Closeable {
    private static final int PORT = 554;
    private static final int MOST_BODY = 256 << 10; // bytes
    private static final int MOST_BETWEEN = 10_000; // packets before the answer to a request
    private static final Pattern SESSION =
            Pattern.compile("([^;\\s]{1,256})(?:\\s*;\\s*timeout\\s*=\\s*([0-9]{1,6}))?.*");
    private static final Pattern INTERLEAVED = Pattern.compile(".*\\binterleaved\\s*=\\s*([0-9]{1,3})\\b.*");
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(60); // of a session, where a server tells none
    private static final int LEAST_TIMEOUT = 2; // seconds
    private static final int MOST_UNANSWERED = 100; // requests, as whoever reads none could hold up who writes them

    private final URI address;
    private final String shown;
    private final Credentials credentials;
    private final HttpConnection.Means means;
    private final Socket socket;
    private final DataInputStream in;
    private @Nullable Challenge challenge;
    private int sequence;
    private String session = "";
    private String aggregate = "";
    private int channel;
    private Duration timeout = USUAL_TIMEOUT;
    private Instant asked;
    private int unanswered;

    private RtspConnection(
            URI address,
            String shown,
            Credentials credentials,
            HttpConnection.Means means,
            Socket socket,
            InputStream in) {
        this.address = address;
        this.shown = shown;
        this.credentials = credentials;
        this.means = means;
        this.socket = socket;
        this.in = new DataInputStream(in);
        asked = means.clock().instant();
    }

    /**
     * Connects to one of the addresses of the host, all of which the policy allows.
     *
     * @throws VitoException as {@link HttpConnection#connect}
     */
    static RtspConnection open(URI address, Credentials credentials, HttpConnection.Means means) {
        means.policy().check(address);
        String shown = Addresses.shown(address.toString());
        Instant never = means.clock().instant().plus(ConnectedFeed.FOR_EVER);
        int port = address.getPort() >= 0 ? address.getPort() : PORT;
        Socket socket = HttpConnection.connect(address, shown, port, never, means);
        try {
            InputStream in = new BufferedInputStream(
                    new Wire(shown, socket, means.limits().read(), never, means.clock()), 1 << 16);
            return new RtspConnection(address, shown, credentials, means, socket, in);
        } catch (IOException e) {
            HttpConnection.close(socket);
            throw new RetriableException(Reason.UNREACHABLE, shown + " cannot be reached: " + e, e);
        }
    }

    /**
     * Has the first video that is understood sent; {@link #packet} receives it.
     *
     * @throws VitoException FORBIDDEN, NOT_FOUND, NOT_A_VIDEO, UNSUPPORTED_CODEC or BAD_ADDRESS if it cannot be had, a {@link
     *     RetriableException} where trying again may help
     */
    SessionDescription.Video play() throws IOException {
        String uri = address.toASCIIString();
        Answer described = ask("DESCRIBE", uri, Map.of("Accept", "application/sdp"));
        SessionDescription description = SessionDescription.read(described.body());
        String base = described
                .head()
                .field("content-base")
                .or(() -> described.head().field("content-location"))
                .filter(text -> text.matches("(?i)rtsp://[\\x21-\\x7e]{1,2000}"))
                .orElse(uri);
        String video = resolve(base, description.video().control());
        aggregate = description.control().isEmpty() || description.control().equals("*")
                ? base
                : resolve(base, description.control());
        HttpHead head = ask("SETUP", video, Map.of("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
                .head();
        Matcher transport = INTERLEAVED.matcher(head.field("transport").orElse(""));
        Matcher told = SESSION.matcher(head.field("session").orElse(""));
        if (!transport.matches() || !told.matches()) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, shown + " does not send its packets over the connection that asks for them");
        }
        channel = Integer.parseInt(transport.group(1));
        session = told.group(1);
        if (told.group(2) != null) {
            timeout = Duration.ofSeconds(Math.max(LEAST_TIMEOUT, Long.parseLong(told.group(2))));
        }
        ask("PLAY", aggregate, Map.of("Range", "npt=0.000-"));
        return description.video();
    }

    /** The next packet of the video, whole; keeps the session alive on the way. */
    byte[] packet() throws IOException {
        while (true) {
            Instant now = means.clock().instant();
            boolean due = Duration.between(asked, now).multipliedBy(2).compareTo(timeout) > 0;
            if (due && unanswered < MOST_UNANSWERED) {
                send("OPTIONS", aggregate, Map.of());
                unanswered++;
            }
            int first = in.read();
            if (first == '$') {
                int from = in.readUnsignedByte();
                byte[] packet = new byte[in.readUnsignedShort()];
                in.readFully(packet);
                if (from == channel) {
                    return packet;
                }
                continue; // reports on the transmission
            }
            Answer answer = answer(first); // to a request that kept the session alive
            unanswered = 0;
            if (answer.head().status() == 401) {
                challenge = Challenge.of(answer.challenges()).orElse(challenge);
                send("OPTIONS", aggregate, Map.of());
            }
        }
    }

    private record Answer(HttpHead head, String body) {
        List<String> challenges() {
            return head.fields().getOrDefault("www-authenticate", List.of());
        }
    }

    private Answer ask(String method, String uri, Map<String, String> fields) throws IOException {
        Answer answer = exchange(method, uri, fields);
        if (answer.head().status() == 401 && credentials.areGiven()) {
            challenge = Challenge.of(answer.challenges()).orElse(null);
            if (challenge != null) {
                answer = exchange(method, uri, fields);
            }
        }
        int status = answer.head().status();
        if (status == 200) {
            return answer;
        }
        String message = "%s answered %s with RTSP %d".formatted(shown, method, status);
        throw switch (status) {
            case 401 ->
                new VitoException(
                        Reason.FORBIDDEN,
                        message
                                + (credentials.areGiven()
                                        ? ": it does not accept user and password"
                                        : ": it wants a user and a password, which the source's keys of these names may give"));
            case 403 -> new VitoException(Reason.FORBIDDEN, message);
            case 404 -> new VitoException(Reason.NOT_FOUND, message);
            case 461 -> new VitoException(Reason.BAD_ADDRESS, message + ": it does not send over TCP");
            default ->
                status >= 500 || status >= 450
                        ? new RetriableException(Reason.UNREACHABLE, message)
                        : new VitoException(Reason.BAD_ADDRESS, message);
        };
    }

    private Answer exchange(String method, String uri, Map<String, String> fields) throws IOException {
        send(method, uri, fields);
        for (int i = 0; i < MOST_BETWEEN; i++) {
            int first = in.read();
            if (first != '$') {
                return answer(first);
            }
            in.readUnsignedByte();
            in.skipNBytes(in.readUnsignedShort()); // sent before the answer
        }
        throw new RetriableException(Reason.UNREACHABLE, shown + " does not answer " + method);
    }

    private void send(String method, String uri, Map<String, String> fields) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("CSeq", String.valueOf(++sequence));
        all.put("User-Agent", means.limits().userAgent());
        if (!session.isEmpty()) {
            all.put("Session", session);
        }
        Challenge known = challenge;
        if (known != null) {
            all.put(
                    "Authorization",
                    known.answer(
                            credentials.user(),
                            credentials.password(),
                            method,
                            uri,
                            UUID.randomUUID().toString()));
        }
        all.putAll(fields);
        StringBuilder request =
                new StringBuilder(method).append(' ').append(uri).append(" RTSP/1.0\r\n");
        all.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        request.append("\r\n");
        asked = means.clock().instant();
        synchronized (socket) {
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private Answer answer(int first) throws IOException {
        if (first < 0) {
            throw new RetriableException(Reason.UNREACHABLE, shown + " ended");
        }
        HttpHead head = HttpHead.readRtsp(first, in, shown);
        long length = head.length(shown);
        if (length > MOST_BODY) {
            throw new VitoException(
                    Reason.TOO_LARGE,
                    "%s answered with %d bytes; at most %d are read".formatted(shown, length, MOST_BODY));
        }
        byte[] body = new byte[(int) Math.max(0, length)];
        in.readFully(body);
        return new Answer(head, new String(body, StandardCharsets.UTF_8));
    }

    /** What a server calls a stream: the request is made over this connection whatever that is. */
    private static String resolve(String base, String control) {
        if (control.matches("(?i)rtsp://[\\x21-\\x7e]+")) {
            return control;
        }
        String name = control.replaceAll("[^\\x21-\\x7e]", "");
        return name.isEmpty() ? base : base + (base.endsWith("/") ? "" : "/") + name;
    }

    /** Tells the server, if it is asked for packets, and lets go. */
    @Override
    public void close() {
        try {
            if (!session.isEmpty()) {
                send("TEARDOWN", aggregate, Map.of());
            }
        } catch (IOException e) {
            return; // whoever closes does not wait for an answer
        } finally {
            HttpConnection.close(socket);
        }
    }
}
