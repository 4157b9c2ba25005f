package org.vito.ingest.fetch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Every kind of address that can be fetched, under one rule of what may be. */
public final class Fetchers {
    private final Map<String, Fetcher> byScheme = new HashMap<>();
    private final AddressPolicy policy;

    private Fetchers(AddressPolicy policy, List<Fetcher> fetchers) {
        this.policy = policy;
        for (Fetcher fetcher : fetchers) {
            fetcher.schemes().forEach(scheme -> byScheme.put(scheme, fetcher));
        }
    }

    /** Local files, http and https, videos that HLS playlists describe among them. */
    public static Fetchers standard(FetchLimits limits, HlsLimits hls, AddressPolicy policy, InstantSource clock) {
        return standard(limits, hls, policy, clock, (Partials) null);
    }

    /**
     * These, where the beginnings of large downloads that break off outlive the process.
     *
     * @param directory for them; no other process may use it
     * @param mostBytes most bytes of them together; 0 = none
     * @param longest how long each is kept
     */
    public static Fetchers keeping(
            Path directory,
            long mostBytes,
            Duration longest,
            FetchLimits limits,
            HlsLimits hls,
            AddressPolicy policy,
            InstantSource clock) {
        return standard(limits, hls, policy, clock, Partials.in(directory, mostBytes, longest, clock));
    }

    private static Fetchers standard(
            FetchLimits limits, HlsLimits hls, AddressPolicy policy, InstantSource clock, @Nullable Partials partials) {
        SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
        HttpConnection.Means http = new HttpConnection.Means(limits, policy, Resolver.system(), tls, clock);
        HlsFetcher remote = new HlsFetcher(new HttpFetcher(http, partials), limits, hls, clock);
        return of(policy, List.of(new FileFetcher(limits.bytes()), remote));
    }

    /** These, and what {@code more} opens. */
    public Fetchers with(Fetcher more) {
        Fetchers all = new Fetchers(policy, List.of(more));
        byScheme.forEach(all.byScheme::putIfAbsent);
        return all;
    }

    /** Exactly these; of two that open the same scheme the later wins. */
    public static Fetchers of(AddressPolicy policy, List<Fetcher> fetchers) {
        return new Fetchers(policy, fetchers);
    }

    /**
     * Begins to fetch {@code address}; see {@link Fetcher#open}.
     *
     * @throws VitoException {@link Reason#BAD_ADDRESS} if nothing opens its scheme, or what policy and fetcher throw
     */
    public Download open(URI address) {
        String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
        Fetcher fetcher = byScheme.get(scheme);
        if (fetcher == null) {
            throw new VitoException(
                    Reason.BAD_ADDRESS,
                    "'" + Addresses.shown(address.toString()) + "' cannot be fetched: expected one of "
                            + new TreeSet<>(byScheme.keySet()));
        }
        policy.check(address);
        return fetcher.open(address);
    }
}
