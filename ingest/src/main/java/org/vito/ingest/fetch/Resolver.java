package org.vito.ingest.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks up what a host's name stands for. */
@FunctionalInterface
interface Resolver {
    /** Every address of {@code host}, at least one. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The operating system's. */
    static Resolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
