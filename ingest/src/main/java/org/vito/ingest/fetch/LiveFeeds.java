package org.vito.ingest.fetch;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Every kind of stream that goes on, under one rule of what may be connected to. */
public final class LiveFeeds {
    /** The schemes of streams. */
    public static final Set<String> SCHEMES = Set.of("http", "https", "rtsp", "tcp", "udp");

    private final FetchLimits limits;
    private final HlsLimits hls;
    private final AddressPolicy policy;
    private final InstantSource clock;

    /** @param limits of connections; a stream has no time and no size, a playlist's {@code bytes} are those of one segment */
    public LiveFeeds(FetchLimits limits, HlsLimits hls, AddressPolicy policy, InstantSource clock) {
        this.limits = limits;
        this.hls = hls;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * The stream at {@code address}, which is connected to when it is first asked for bytes.
     *
     * @param credentials for a camera
     * @param stall longest time without anything new
     * @throws VitoException BAD_ADDRESS if it is of no kind of stream
     */
    public LiveFeed open(URI address, Credentials credentials, Duration stall) {
        FetchLimits patient = new FetchLimits(
                limits.connect(), stall, limits.total(), limits.redirects(), limits.bytes(), limits.userAgent());
        SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
        HttpConnection.Means means = new HttpConnection.Means(patient, policy, Resolver.system(), tls, clock);
        return switch (String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT)) {
            case "http", "https" -> new HttpFeed(address, means, hls);
            case "rtsp" -> new RtspFeed(address, credentials, means);
            case "tcp" -> new TcpFeed(address, means);
            case "udp" -> new UdpFeed(address, means);
            default ->
                throw new VitoException(
                        Reason.BAD_ADDRESS,
                        "'" + Addresses.shown(address.toString()) + "' is no stream: expected one of " + SCHEMES);
        };
    }
}
