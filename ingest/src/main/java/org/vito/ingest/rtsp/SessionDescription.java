package org.vito.ingest.rtsp;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * What a server says of its streams (SDP, RFC 8866), as far as it concerns pictures.
 *
 * @param control the address of the whole, as it is told: relative, {@code *} or empty
 * @param video the first video that is understood
 */
public record SessionDescription(String control, Video video) {
    private static final Pattern MEDIA = Pattern.compile("m=video ([0-9]{1,5})\\S* RTP/S?AVPF? ([0-9]{1,3})(?: .*)?");
    private static final Pattern MAP = Pattern.compile("a=rtpmap:([0-9]{1,3}) ([A-Za-z0-9._-]+)/([0-9]{1,9}).*");
    private static final Pattern CONTROL = Pattern.compile("a=control:(\\S{1,2048})\\s*");
    private static final Pattern FORMAT = Pattern.compile("a=fmtp:([0-9]{1,3}) (.*)");
    private static final Pattern SETS =
            Pattern.compile("(?:^|[;\\s])(sprop-(?:parameter-sets|vps|sps|pps))=([A-Za-z0-9+/=,]+)");
    private static final Pattern LATE =
            Pattern.compile("(?:^|[;\\s])(?:packetization-mode=2|sprop-max-don-diff=0*[1-9])");
    private static final int MOST_LINES = 2000;

    /**
     * A video.
     *
     * @param control its address, as it is told: may be relative or empty
     * @param payloadType of its RTP packets
     * @param parameters the parameter sets that are told beforehand; may be none
     */
    public record Video(String control, int payloadType, Codec codec, List<byte[]> parameters) {
        public Video {
            parameters = List.copyOf(parameters);
        }
    }

    /**
     * Reads {@code text}.
     *
     * @throws VitoException NOT_A_VIDEO if it names no video, UNSUPPORTED_CODEC if none that is understood
     */
    public static SessionDescription read(String text) {
        List<String> lines = text.lines().limit(MOST_LINES).toList();
        int first = start(lines, 0);
        String whole = first(lines.subList(0, first), CONTROL, 1);
        List<String> others = new ArrayList<>();
        for (int from = first; from < lines.size(); ) {
            int to = start(lines, from + 1);
            List<String> section = lines.subList(from, to);
            from = to;
            Matcher media = MEDIA.matcher(section.get(0).strip());
            if (!media.matches()) {
                continue;
            }
            int payloadType = Integer.parseInt(media.group(2));
            String coding = mapped(section, payloadType);
            if (coding.equals("H264/90000") || coding.equals("H265/90000")) {
                return new SessionDescription(whole, video(section, payloadType, coding));
            }
            others.add(coding.isEmpty() ? "payload type " + payloadType : coding);
        }
        throw others.isEmpty()
                ? new VitoException(Reason.NOT_A_VIDEO, "the stream is described without a video in RTP")
                : new VitoException(
                        Reason.UNSUPPORTED_CODEC,
                        "the stream's video is " + String.join(", ", others) + "; expected H264/90000 or H265/90000");
    }

    private static Video video(List<String> section, int payloadType, String coding) {
        Codec codec = coding.startsWith("H264") ? Codec.H264 : Codec.H265;
        String format = section.stream()
                .map(FORMAT::matcher)
                .filter(m -> m.matches() && m.group(1).equals(String.valueOf(payloadType)))
                .map(m -> m.group(2))
                .findFirst()
                .orElse("");
        if (LATE.matcher(format).find()) {
            throw new VitoException(Reason.UNSUPPORTED_CODEC, "the stream's " + codec + " comes interleaved");
        }
        List<byte[]> parameters = new ArrayList<>();
        Matcher sets = SETS.matcher(format);
        while (sets.find()) {
            Stream.of(sets.group(2).split(","))
                    .map(SessionDescription::decoded)
                    .filter(set -> set.length >= codec.headerBytes())
                    .forEach(parameters::add);
        }
        return new Video(first(section, CONTROL, 1), payloadType, codec, parameters);
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0]; // keyframes mostly tell it too
        }
    }

    private static String mapped(List<String> section, int payloadType) {
        return section.stream()
                .map(MAP::matcher)
                .filter(m -> m.matches() && m.group(1).equals(String.valueOf(payloadType)))
                .map(m -> m.group(2).toUpperCase(Locale.ROOT) + "/" + m.group(3))
                .findFirst()
                .orElse("");
    }

    private static String first(List<String> lines, Pattern pattern, int group) {
        return lines.stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .map(m -> m.group(group))
                .findFirst()
                .orElse("");
    }

    /** Where the next section begins. */
    private static int start(List<String> lines, int from) {
        int at = from;
        while (at < lines.size() && !lines.get(at).startsWith("m=")) {
            at++;
        }
        return at;
    }
}
