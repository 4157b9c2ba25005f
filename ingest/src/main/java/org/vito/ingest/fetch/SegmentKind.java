package org.vito.ingest.fetch;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** What segments are made of. */
enum SegmentKind {
    /** MPEG transport stream. */
    TS,
    /** Fragmented MP4. */
    FRAGMENTS;

    private static final Set<String> BOXES =
            Set.of("ftyp", "styp", "moov", "moof", "sidx", "emsg", "prft", "free", "skip", "uuid");

    /**
     * What {@code segment} begins as.
     *
     * @param shown its address, for the message
     * @throws VitoException NOT_A_VIDEO if it is neither
     */
    static SegmentKind of(byte[] segment, String shown) {
        if (segment.length > 0 && segment[0] == 0x47) {
            return TS;
        }
        if (segment.length >= 8 && BOXES.contains(new String(segment, 4, 4, StandardCharsets.ISO_8859_1))) {
            return FRAGMENTS;
        }
        throw new VitoException(
                Reason.NOT_A_VIDEO,
                "the segment " + shown + " is neither an MPEG transport stream nor fragmented MP4 but begins with "
                        + java.util.HexFormat.of().formatHex(segment, 0, Math.min(8, segment.length)));
    }
}
