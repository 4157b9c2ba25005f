package org.vito.ingest.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** A block of IP addresses that share their first bits: {@code 10.0.0.0/8}. */
record AddressRange(InetAddress first, int bits) {
    /** Reads {@code address/bits} or a single address; nothing if {@code text} is neither, e.g. a host's name. */
    static Optional<AddressRange> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!address.matches("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return Optional.empty(); // anything else would be looked up
        }
        try {
            InetAddress first = InetAddress.getByName(address);
            int length = 8 * first.getAddress().length;
            String bits = slash < 0 ? String.valueOf(length) : text.substring(slash + 1);
            return bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= length
                    ? Optional.of(new AddressRange(first, Integer.parseInt(bits)))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        byte[] mine = first.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((mine[whole] ^ other[whole]) & 0xff) >>> (8 - rest) == 0;
    }
}
