package org.vito.ingest.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * One request for one answer. The host's name is looked up once; every address it stands for is asked of the policy, and
 * the connection is made to one of these, not to the name, so that a name server that answers differently the second time
 * (DNS rebinding) gains nothing. The name goes into the Host field, into TLS's server name indication, and the server's
 * certificate must be for it.
 */
final class HttpConnection implements AutoCloseable {
    private final HttpHead head;
    private final InputStream in;
    private final String address;

    private HttpConnection(HttpHead head, InputStream in, String address) {
        this.head = head;
        this.in = in;
        this.address = address;
    }

    /** What connections are made with. */
    record Means(
            FetchLimits limits, AddressPolicy policy, Resolver resolver, SSLSocketFactory tls, InstantSource clock) {}

    /**
     * Asks for {@code at} and reads the head of the answer; blocks.
     *
     * @param fields header fields to send besides the usual
     * @throws VitoException FORBIDDEN if the policy says no to any address of the host, BAD_ADDRESS if the answer is not
     *     HTTP, a {@link RetriableException} if there is none
     */
    static HttpConnection get(URI at, Map<String, String> fields, Instant deadline, Means means) {
        String shown = Addresses.shown(at.toString());
        boolean secure = "https".equalsIgnoreCase(at.getScheme());
        int port = at.getPort() >= 0 ? at.getPort() : secure ? 443 : 80;
        Socket socket = connect(at, shown, port, deadline, means);
        try {
            if (secure) {
                socket = secure(socket, at.getHost(), port, means.tls);
            }
            socket.getOutputStream().write(request(at, fields, means.limits.userAgent()));
            InputStream in = new BufferedInputStream(
                    new Wire(shown, socket, means.limits.read(), deadline, means.clock), 1 << 16);
            return new HttpConnection(HttpHead.read(in, shown), in, shown);
        } catch (IOException e) {
            close(socket);
            throw new RetriableException(Reason.UNREACHABLE, shown + " cannot be reached: " + e, e);
        } catch (RuntimeException e) {
            close(socket);
            throw e;
        }
    }

    HttpHead head() {
        return head;
    }

    /** The bytes; closing them closes the connection. */
    InputStream body() {
        return new HttpBody(address, in, head.length(address), head.isChunked(address));
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            return; // nothing was to be kept
        }
    }

    /** Connects to one of the addresses of the host, all of which the policy allows. */
    static Socket connect(URI at, String shown, int port, Instant deadline, Means means) {
        if (at.getHost() == null) {
            throw new VitoException(Reason.BAD_ADDRESS, "'" + shown + "' names no host");
        }
        String host = at.getHost().replaceAll("^\\[|\\]$", "");
        List<InetAddress> addresses;
        try {
            addresses = means.resolver.resolve(host);
        } catch (UnknownHostException e) {
            throw new RetriableException(Reason.UNREACHABLE, "no address is known for " + host, e);
        }
        addresses.forEach(address -> means.policy.check(at, address));
        IOException last = new UnknownHostException(host);
        for (InetAddress address : addresses) {
            Socket socket = new TimedSocket(means.limits.read(), deadline, means.clock);
            try {
                int most =
                        (int) Math.min(Integer.MAX_VALUE, means.limits.connect().toMillis());
                socket.connect(new InetSocketAddress(address, port), most);
                return socket;
            } catch (IOException e) {
                close(socket);
                last = e;
            }
        }
        throw new RetriableException(Reason.UNREACHABLE, shown + " cannot be reached: " + last, last);
    }

    private static Socket secure(Socket plain, String host, int port, SSLSocketFactory tls) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, host, port, true); // sends the name, if it is one
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static byte[] request(URI at, Map<String, String> fields, String userAgent) {
        URI ascii = URI.create(at.toASCIIString());
        String path = ascii.getRawPath() == null || ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        StringBuilder request = new StringBuilder("GET ").append(path);
        if (ascii.getRawQuery() != null) {
            request.append('?').append(ascii.getRawQuery());
        }
        request.append(" HTTP/1.1\r\nHost: ").append(at.getHost());
        if (at.getPort() >= 0) {
            request.append(':').append(at.getPort());
        }
        request.append("\r\nUser-Agent: ").append(userAgent);
        request.append("\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
        fields.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static void close(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            return; // it was of no use
        }
    }
}
