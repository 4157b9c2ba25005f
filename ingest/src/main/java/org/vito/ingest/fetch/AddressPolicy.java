package org.vito.ingest.fetch;

import java.net.InetAddress;
import java.net.URI;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The rule of what may be fetched. It is asked for every address before it is opened, for the submitted one and again for
 * each that a server redirects to or a playlist names, and for everything that a host's name stands for before any of it is
 * connected to.
 */
public interface AddressPolicy {
    /**
     * Returns if {@code address} may be fetched.
     *
     * @throws VitoException {@link Reason#FORBIDDEN} if a rule says no, {@link Reason#BAD_ADDRESS} if it can lead nowhere
     */
    void check(URI address);

    /**
     * Returns if a connection may be made to {@code resolved}, one of those that the host of {@code address} stands for.
     *
     * @throws VitoException {@link Reason#FORBIDDEN} if not
     */
    void check(URI address, InetAddress resolved);

    /**
     * The rule of the settings: local files only where {@code allowFiles}, no credentials inside addresses, and no network
     * but the public one and what {@code allowed} names.
     */
    static AddressPolicy standard(boolean allowFiles, AllowedNetworks allowed) {
        return new AddressPolicy() {
            @Override
            public void check(URI address) {
                if (!allowFiles && Addresses.isFile(address)) {
                    throw new VitoException(
                            Reason.FORBIDDEN, address + " is a local file and vito.ingest.allow-files is false");
                }
                if (address.getRawUserInfo() != null) {
                    throw new VitoException(
                            Reason.FORBIDDEN,
                            "an address on " + address.getHost()
                                    + " carries credentials, which records would make public");
                }
            }

            @Override
            public void check(URI address, InetAddress resolved) {
                allowed.check(address, resolved);
            }
        };
    }
}
