package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * An MPEG transport stream in datagrams, in RTP or as it is: {@code udp://group:port} receives a multicast group, by the
 * network interface of {@code ?interface=eth0} if that is said, {@code udp://address:port} what is sent to an address of this
 * machine. A group must be among the networks that are allowed; outside a group the sender must, and the first one that is
 * has the stream until it is interrupted.
 */
final class UdpFeed extends ConnectedFeed<DatagramSocket> {
    private static final int RECEIVE_BUFFER = 4 << 20; // bytes that wait in the system while a file is cut
    private static final int RTP_HEADER = 12;
    private static final int PACKET = 188;
    private static final byte SYNC = 0x47; // of a transport stream's packets
    private static final Pattern INTERFACE = Pattern.compile("(?:.*&)?interface=([^&]+).*");

    private @Nullable InetAddress sender;
    private boolean group;

    UdpFeed(URI address, HttpConnection.Means means) {
        super(address, means);
    }

    @Override
    Piece receive(DatagramSocket from) throws IOException {
        Instant end = means.clock().instant().plus(means.limits().read());
        VitoException refused = null;
        while (means.clock().instant().isBefore(end)) {
            DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
            try {
                from.receive(datagram);
            } catch (SocketTimeoutException e) {
                break;
            }
            try {
                if (isWanted(datagram)) {
                    return payload(datagram.getLength());
                }
            } catch (VitoException e) {
                refused = e;
            }
        }
        long waitedMs = means.limits().read().toMillis();
        throw refused != null
                ? new RetriableException(Reason.UNREACHABLE, shown + " is sent by nobody else: " + refused.getMessage())
                : new RetriableException(Reason.UNREACHABLE, shown + " sent nothing for " + waitedMs + " ms");
    }

    private boolean isWanted(DatagramPacket datagram) {
        InetAddress from = datagram.getAddress();
        if (group || from.equals(sender)) {
            return true;
        }
        if (sender != null) {
            return false; // two streams at once are none
        }
        means.policy().check(address, from);
        sender = from;
        return true;
    }

    private Piece payload(int length) {
        boolean rtp = length > RTP_HEADER && (buffer[0] & 0xc0) == 0x80 && length % PACKET != 0;
        int skip = rtp ? RTP_HEADER + 4 * (buffer[0] & 0x0f) : 0;
        if (skip > 0 && skip < length && buffer[skip] == SYNC) {
            return new Piece(ByteBuffer.wrap(buffer, skip, length - skip), null);
        }
        return new Piece(ByteBuffer.wrap(buffer, 0, length), null);
    }

    @Override
    DatagramSocket connect() throws IOException {
        means.policy().check(address);
        InetAddress to = InetAddress.getByName(String.valueOf(address.getHost()).replaceAll("^\\[|\\]$", ""));
        group = to.isMulticastAddress();
        sender = null;
        // Bound to a group it hears that group alone, not others of the same port.
        MulticastSocket opening = new MulticastSocket(new InetSocketAddress(to, address.getPort()));
        try {
            opening.setReceiveBufferSize(RECEIVE_BUFFER);
            opening.setSoTimeout(
                    (int) Math.min(Integer.MAX_VALUE, means.limits().read().toMillis()));
            if (group) {
                means.policy().check(address, to);
                opening.joinGroup(new InetSocketAddress(to, 0), networkInterface());
            }
            return opening;
        } catch (IOException | RuntimeException e) {
            opening.close();
            throw e;
        }
    }

    private @Nullable NetworkInterface networkInterface() throws IOException {
        Matcher named = INTERFACE.matcher(String.valueOf(address.getQuery()));
        if (!named.matches()) {
            return null; // the system chooses
        }
        NetworkInterface found = NetworkInterface.getByName(named.group(1));
        if (found == null) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, shown + ": this machine has no network interface " + named.group(1));
        }
        return found;
    }
}
