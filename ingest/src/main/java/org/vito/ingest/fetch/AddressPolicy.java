package org.vito.ingest.fetch;

import java.net.URI;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The rule of what may be fetched. It is asked for every address before it is opened: for the submitted one and again for
 * each that a server redirects to.
 */
@FunctionalInterface
public interface AddressPolicy {
    /**
     * Returns if {@code address} may be fetched.
     *
     * @throws VitoException {@link Reason#FORBIDDEN} if a rule says no, {@link Reason#BAD_ADDRESS} if it can lead nowhere
     */
    void check(URI address);

    /** The rule of the settings: local files only where {@code allowFiles}, and no credentials inside addresses. */
    static AddressPolicy standard(boolean allowFiles) {
        return address -> {
            if (!allowFiles && "file".equalsIgnoreCase(address.getScheme())) {
                throw new VitoException(
                        Reason.FORBIDDEN, address + " is a local file and vito.ingest.allow-files is false");
            }
            if (address.getRawUserInfo() != null) {
                throw new VitoException(
                        Reason.FORBIDDEN,
                        "an address on " + address.getHost() + " carries credentials, which records would make public");
            }
        };
    }
}
