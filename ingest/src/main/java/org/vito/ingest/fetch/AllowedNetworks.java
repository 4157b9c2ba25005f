package org.vito.ingest.fetch;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The networks that connections may be made to: the public internet, and what the settings name besides. Everything that
 * IANA's registries of special-purpose addresses (RFC 6890 and its successors) set aside is refused; of IPv6 everything but
 * global unicast, and of that what carries an IPv4 address inside, since it leads wherever that does.
 */
public final class AllowedNetworks {
    private static final Map<AddressRange, String> SPECIAL = special();
    private static final AddressRange GLOBAL_UNICAST = range("2000::/3");

    private final List<AddressRange> ranges;
    private final Set<String> hosts;

    private AllowedNetworks(List<AddressRange> ranges, Set<String> hosts) {
        this.ranges = ranges;
        this.hosts = hosts;
    }

    /** The public internet alone. */
    public static AllowedNetworks publicOnly() {
        return new AllowedNetworks(List.of(), Set.of());
    }

    /**
     * The public internet and {@code entries}: blocks ({@code 10.0.0.0/8}), addresses, and names of hosts, which may stand
     * for any address.
     *
     * @throws VitoException {@link Reason#BAD_SETTING} that names the entry that is none of these
     */
    public static AllowedNetworks with(List<String> entries) {
        List<AddressRange> ranges = new ArrayList<>();
        Set<String> hosts = new HashSet<>();
        for (String entry : entries) {
            Optional<AddressRange> range = AddressRange.parse(entry);
            if (range.isPresent()) {
                ranges.add(range.get());
            } else if (entry.matches("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?") && !entry.matches("[0-9.]+")) {
                hosts.add(entry.toLowerCase(Locale.ROOT));
            } else {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "'" + entry
                                + "' is no network; expected a block such as 10.0.0.0/8, an address or a host's name");
            }
        }
        return new AllowedNetworks(List.copyOf(ranges), Set.copyOf(hosts));
    }

    /** Returns if {@code resolved} may be connected to for {@code address}. @throws VitoException FORBIDDEN if not */
    void check(URI address, InetAddress resolved) {
        String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
        InetAddress plain = plain(resolved);
        if (hosts.contains(host) || ranges.stream().anyMatch(range -> range.contains(plain))) {
            return;
        }
        for (Map.Entry<AddressRange, String> special : SPECIAL.entrySet()) {
            if (special.getKey().contains(plain)) {
                throw forbidden(host, plain, special.getValue());
            }
        }
        if (plain instanceof Inet6Address && !GLOBAL_UNICAST.contains(plain)) {
            throw forbidden(host, plain, "no global unicast address");
        }
    }

    private static VitoException forbidden(String host, InetAddress resolved, String why) {
        return new VitoException(
                Reason.FORBIDDEN,
                "%s is %s, %s; vito.ingest.fetch.allow-networks may allow it"
                        .formatted(host, resolved.getHostAddress(), why));
    }

    /** The IPv4 address inside an IPv4-mapped or -compatible one. */
    private static InetAddress plain(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean zeros = bytes.length == 16 && Arrays.equals(bytes, 0, 10, new byte[10], 0, 10);
        if (!zeros || bytes[10] != bytes[11] || (bytes[10] != -1 && (bytes[10] != 0 || bytes[12] == 0))) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are an address
        }
    }

    private static AddressRange range(String text) {
        return AddressRange.parse(text).orElseThrow();
    }

    private static Map<AddressRange, String> special() {
        Map<AddressRange, String> ranges = new LinkedHashMap<>();
        String[][] named = {
            {"0.0.0.0/8", "unspecified"},
            {"10.0.0.0/8", "a private network"},
            {"100.64.0.0/10", "behind a carrier's address translation"},
            {"127.0.0.0/8", "this machine"},
            {"169.254.0.0/16", "link-local"},
            {"172.16.0.0/12", "a private network"},
            {"192.0.0.0/24", "set aside for protocols"},
            {"192.0.2.0/24", "set aside for documentation"},
            {"192.88.99.0/24", "a relay to IPv6"},
            {"192.168.0.0/16", "a private network"},
            {"198.18.0.0/15", "set aside for measurements"},
            {"198.51.100.0/24", "set aside for documentation"},
            {"203.0.113.0/24", "set aside for documentation"},
            {"224.0.0.0/4", "multicast"},
            {"240.0.0.0/4", "reserved"},
            {"::/128", "unspecified"},
            {"::1/128", "this machine"},
            {"64:ff9b::/96", "an IPv4 address behind a translator"},
            {"64:ff9b:1::/48", "an IPv4 address behind a translator"},
            {"100::/64", "set aside to be discarded"},
            {"2001::/23", "set aside for protocols"},
            {"2001:db8::/32", "set aside for documentation"},
            {"2002::/16", "an IPv4 address behind a relay"},
            {"3fff::/20", "set aside for documentation"},
            {"fc00::/7", "a private network"},
            {"fe80::/10", "link-local"},
            {"ff00::/8", "multicast"},
        };
        for (String[] each : named) {
            ranges.put(range(each[0]), each[1]);
        }
        return ranges;
    }
}
