package org.vito.ingest.rtsp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Pictures of the RTP packets (RFC 3550) of one video, and of these an MPEG transport stream. Where packets are missing, pictures
 * are left out up to the next that can be decoded by itself. Used by one thread.
 */
public final class RtpVideo {
    private static final int HEADER = 12; // bytes
    private static final int MOST_BYTES = 16 << 20; // of a picture
    private static final int MOST_UNITS = 4096; // of a picture

    private final SessionDescription.Video video;
    private final Codec codec;
    private final TransportMuxer muxer;
    private List<byte[]> parameters;
    private List<byte[]> units = new ArrayList<>(); // of the picture that is being received
    private int bytes;
    private byte @Nullable [] fragment;
    private int fragmentBytes;
    private boolean begun; // any packet came
    private int sequence; // of the last packet
    private int source; // of all packets
    private int timestamp; // of the last packet
    private long time; // the same, unwrapped
    private boolean broken; // until the next keyframe

    public RtpVideo(SessionDescription.Video video) {
        this.video = video;
        codec = video.codec();
        parameters = video.parameters();
        muxer = new TransportMuxer(codec);
    }

    /**
     * Takes a packet.
     *
     * @param packet whole, its header included
     * @return a piece of the transport stream if the packet completes a picture, else nothing
     * @throws VitoException what it cannot be: a {@link RetriableException} if another connection may help
     */
    public ByteBuffer accept(byte[] packet) {
        int payload = payload(packet);
        if (payload < 0) {
            return ByteBuffer.allocate(0);
        }
        boolean marked = (packet[1] & 0x80) != 0;
        int number = unsigned16(packet, 2);
        int stamp = ByteBuffer.wrap(packet).getInt(4);
        int from = ByteBuffer.wrap(packet).getInt(8);
        if (begun && from != source) {
            throw new RetriableException(Reason.UNREACHABLE, "the sender of the stream has begun anew");
        }
        boolean missing = begun && number != ((sequence + 1) & 0xffff);
        ByteBuffer before =
                begun && stamp != timestamp ? end() : ByteBuffer.allocate(0); // its mark was not set, or lost
        if (missing) {
            lose();
        }
        time += begun ? stamp - timestamp : 0; // signed, so that it may wrap and run back
        begun = true;
        sequence = number;
        source = from;
        timestamp = stamp;
        int end = packet.length - ((packet[0] & 0x20) != 0 ? packet[packet.length - 1] & 0xff : 0); // padding
        if (end > payload) {
            payload(packet, payload, end);
        }
        return marked ? join(before, end()) : before;
    }

    /** Where the payload begins, or negative if the packet is none of this video. */
    private int payload(byte[] packet) {
        if (packet.length < HEADER || (packet[0] & 0xc0) != 0x80) {
            throw new VitoException(Reason.BAD_ADDRESS, "what is sent as RTP is none");
        }
        if ((packet[1] & 0x7f) != video.payloadType()) {
            return -1;
        }
        int at = HEADER + 4 * (packet[0] & 0x0f);
        if ((packet[0] & 0x10) != 0) { // an extension
            at = at + 4 <= packet.length ? at + 4 + 4 * unsigned16(packet, at + 2) : packet.length;
        }
        return at < packet.length ? at : -1;
    }

    private void payload(byte[] p, int at, int end) {
        int type = codec.type(p, at);
        if (codec == Codec.H264) {
            switch (type) {
                case 24 -> aggregate(p, at + 1, end);
                case 28 -> fragment(p, at, end, 2, p.length > at + 1 ? p[at + 1] : 0);
                case 25, 26, 27, 29 ->
                    throw new VitoException(
                            Reason.UNSUPPORTED_CODEC, "H.264 comes interleaved, in packets of type " + type);
                default -> unit(Arrays.copyOfRange(p, at, end));
            }
        } else {
            switch (type) {
                case 48 -> aggregate(p, at + 2, end);
                case 49 -> fragment(p, at, end, 3, p.length > at + 2 ? p[at + 2] : 0);
                case 50 -> throw new VitoException(Reason.UNSUPPORTED_CODEC, "H.265 comes in packets of type 50");
                default -> unit(Arrays.copyOfRange(p, at, end));
            }
        }
    }

    /** Several units, each behind its length. */
    private void aggregate(byte[] p, int first, int end) {
        int at = first;
        while (at + 2 < end) {
            int length = unsigned16(p, at);
            at += 2;
            if (length == 0 || at + length > end) {
                lose();
                return;
            }
            unit(Arrays.copyOfRange(p, at, at + length));
            at += length;
        }
    }

    /**
     * A part of a unit.
     *
     * @param header bytes before it
     * @param flags whether it is the first, the last, and of what type the unit is
     */
    private void fragment(byte[] p, int at, int end, int header, int flags) {
        if (at + header >= end) {
            lose();
            return;
        }
        if ((flags & 0x80) != 0) {
            byte[] begun = new byte[Math.max(1024, 2 * (end - at))];
            if (codec == Codec.H264) {
                begun[0] = (byte) ((p[at] & 0xe0) | (flags & 0x1f));
            } else {
                begun[0] = (byte) ((p[at] & 0x81) | ((flags & 0x3f) << 1));
                begun[1] = p[at + 1];
            }
            fragment = begun;
            fragmentBytes = codec.headerBytes();
        }
        byte[] part = fragment;
        if (part == null) {
            lose();
            return;
        }
        int count = end - at - header;
        room(fragmentBytes + count);
        if (fragmentBytes + count > part.length) {
            part = Arrays.copyOf(part, 2 * (fragmentBytes + count));
            fragment = part;
        }
        System.arraycopy(p, at + header, part, fragmentBytes, count);
        fragmentBytes += count;
        if ((flags & 0x40) != 0) {
            fragment = null;
            unit(Arrays.copyOf(part, fragmentBytes));
        }
    }

    private void unit(byte[] unit) {
        if (unit.length < codec.headerBytes() || codec.isDelimiter(codec.type(unit, 0))) {
            return;
        }
        room(unit.length);
        bytes += unit.length;
        units.add(unit);
    }

    private void room(int more) {
        if (bytes + (long) more > MOST_BYTES || units.size() >= MOST_UNITS) {
            throw new VitoException(
                    Reason.TOO_LARGE, "a picture has more than %d bytes or %d parts".formatted(MOST_BYTES, MOST_UNITS));
        }
    }

    private void lose() {
        units = new ArrayList<>();
        bytes = 0;
        fragment = null;
        broken = true;
    }

    /** Ends the picture that was being received. */
    private ByteBuffer end() {
        if (fragment != null) {
            lose();
        }
        List<byte[]> all = units;
        units = new ArrayList<>();
        bytes = 0;
        List<byte[]> told =
                all.stream().filter(u -> codec.isParameters(codec.type(u, 0))).toList();
        boolean whole = told.stream().map(u -> codec.type(u, 0)).distinct().count() == codec.parameterKinds();
        if (whole) {
            parameters = told;
        }
        boolean keyframe = all.stream().anyMatch(u -> codec.isKeyframe(codec.type(u, 0)));
        broken &= !keyframe;
        if (broken || all.stream().noneMatch(u -> codec.isSlice(codec.type(u, 0)))) {
            return ByteBuffer.allocate(0);
        }
        List<byte[]> picture = new ArrayList<>(keyframe && !whole ? parameters : List.of());
        picture.addAll(all);
        return muxer.write(new Picture(picture, time, keyframe));
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
        if (!first.hasRemaining()) {
            return second;
        }
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first)
                .put(second)
                .flip();
    }

    private static int unsigned16(byte[] b, int at) {
        return ((b[at] & 0xff) << 8) | (b[at + 1] & 0xff);
    }
}
