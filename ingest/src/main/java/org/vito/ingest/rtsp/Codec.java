package org.vito.ingest.rtsp;

import java.util.HexFormat;

/** The ways of coding pictures that RTP is understood of. */
public enum Codec {
    /** ITU-T H.264 in RTP by RFC 6184. */
    H264(0x1b, "09f0") {
        @Override
        int type(byte[] unit, int at) {
            return unit[at] & 0x1f;
        }

        @Override
        boolean isKeyframe(int type) {
            return type == 5; // instantaneous decoding refresh
        }

        @Override
        boolean isParameters(int type) {
            return type == 7 || type == 8; // of sequence, of picture
        }

        @Override
        boolean isDelimiter(int type) {
            return type == 9;
        }
    },

    /** ITU-T H.265 in RTP by RFC 7798. */
    H265(0x24, "460150") {
        @Override
        int type(byte[] unit, int at) {
            return (unit[at] >> 1) & 0x3f;
        }

        @Override
        boolean isKeyframe(int type) {
            return type >= 16 && type <= 21; // random access points
        }

        @Override
        boolean isParameters(int type) {
            return type >= 32 && type <= 34; // of video, sequence, picture
        }

        @Override
        boolean isDelimiter(int type) {
            return type == 35;
        }
    };

    final int streamType; // in the map table of a transport stream
    private final String delimiter; // hexadecimal

    Codec(int streamType, String delimiter) {
        this.streamType = streamType;
        this.delimiter = delimiter;
    }

    /** The type of the NAL unit whose header is at {@code at}. */
    abstract int type(byte[] unit, int at);

    /** Whether a unit of this type holds a part of a picture. */
    boolean isSlice(int type) {
        return this == H264 ? type >= 1 && type <= 5 : type < 32;
    }

    abstract boolean isKeyframe(int type);

    abstract boolean isParameters(int type);

    abstract boolean isDelimiter(int type);

    /** The access unit delimiter that stands before any picture: which may be of all kinds. */
    byte[] delimiter() {
        return HexFormat.of().parseHex(delimiter);
    }

    /** How many kinds of parameter sets there are. */
    int parameterKinds() {
        return this == H264 ? 2 : 3;
    }

    /** Bytes of a NAL unit's header. */
    int headerBytes() {
        return this == H264 ? 1 : 2;
    }
}
