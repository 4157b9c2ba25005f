package org.vito.ingest.fetch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Playlist.Init;
import org.vito.ingest.fetch.Playlist.Part;
import org.vito.ingest.fetch.Playlist.Place;
import org.vito.ingest.fetch.Playlist.Segment;
import org.vito.ingest.fetch.Playlist.Variant;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Reads an HLS playlist (RFC 8216, section 4). Tags that do not concern pictures are passed over; what is needed and not
 * understood is refused with its line.
 */
final class PlaylistReader {
    private static final Pattern ATTRIBUTE = Pattern.compile("([A-Z0-9-]+)=(\"[^\"]*\"|[^\",]*)(?:,|$)");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,12})?),?.*");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,18})(?:@([0-9]{1,18}))?");
    private static final Pattern RESOLUTION = Pattern.compile("([0-9]{1,6})x([0-9]{1,6})");
    private static final Pattern VIDEO =
            Pattern.compile("(?i)(^|[,\\s])(avc|hvc|hev|dvh|dva|av01|vp0?[89]|mp4v|vvc|vvi|jvt|theora)");
    private static final String UNENCRYPTED = "NONE";

    private final URI base;
    private final int mostSegments;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Variant> variants = new ArrayList<>();
    private int line;
    private long target = -1; // seconds
    private long number;
    private boolean ended;

    // What stands before the address that it belongs to.
    private @Nullable Map<String, String> variant;
    private @Nullable Duration duration;
    private @Nullable String range;
    private boolean discontinuity;
    private boolean gap;

    // What holds for all segments that follow.
    private Playlist.@Nullable Key key;
    private @Nullable Init init;
    private @Nullable Place before; // where the range of the segment before ended
    private boolean afterGap;

    private PlaylistReader(URI base, int mostSegments) {
        this.base = base;
        this.mostSegments = mostSegments;
    }

    /** Whether bytes that begin like this are a playlist. */
    static boolean isPlaylist(byte[] beginning) {
        return new String(beginning, StandardCharsets.ISO_8859_1).startsWith("#EXTM3U");
    }

    /**
     * Reads {@code text}.
     *
     * @param base what addresses in it are relative to
     * @throws VitoException NOT_A_VIDEO if it is no playlist, UNSUPPORTED_CODEC if it is encrypted in a way that is not
     *     understood, BAD_ADDRESS or FORBIDDEN for an address in it, TOO_LARGE if it has too many segments
     */
    static Playlist read(String text, URI base, int mostSegments) {
        PlaylistReader reader = new PlaylistReader(base, mostSegments);
        for (String each : text.split("\r?\n", -1)) {
            reader.line++;
            String stripped = each.strip();
            if (stripped.startsWith("#")) {
                reader.tag(stripped);
            } else if (!stripped.isEmpty()) {
                reader.address(stripped);
            }
        }
        return reader.end();
    }

    private Playlist end() {
        if (!variants.isEmpty()) {
            if (!segments.isEmpty()) {
                throw bad("has variants and segments; expected one or the other");
            }
            return new Playlist.Master(variants);
        }
        if (target < 0) {
            throw bad("has neither variants nor EXT-X-TARGETDURATION");
        }
        return new Playlist.Media(Duration.ofSeconds(Math.max(1, target)), ended, segments);
    }

    private void tag(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1).strip();
        switch (name) {
            case "#EXT-X-STREAM-INF" -> variant = attributes(value);
            case "#EXT-X-TARGETDURATION" -> target = whole(name, value);
            case "#EXT-X-MEDIA-SEQUENCE" -> number = whole(name, value);
            case "#EXT-X-ENDLIST" -> ended = true;
            case "#EXTINF" -> duration = duration(value);
            case "#EXT-X-BYTERANGE" -> range = value;
            case "#EXT-X-DISCONTINUITY" -> discontinuity = true;
            case "#EXT-X-GAP" -> gap = true;
            case "#EXT-X-KEY" -> key = key(attributes(value));
            case "#EXT-X-MAP" -> init = init(attributes(value));
            default -> {
                return; // not about pictures
            }
        }
    }

    private void address(String text) {
        Map<String, String> of = variant;
        if (of != null) {
            variant = null;
            variants.add(variant(resolve(text), of));
            if (variants.size() > mostSegments) {
                throw tooMany("variants");
            }
            return;
        }
        Duration lasts = duration;
        if (lasts == null) {
            throw bad("has an address without EXTINF or EXT-X-STREAM-INF before it");
        }
        Place place = place(resolve(text), range);
        before = place;
        if (!gap) {
            segments.add(new Segment(place, number, lasts, discontinuity || afterGap, init, key));
        }
        afterGap = gap;
        number++;
        duration = null;
        range = null;
        discontinuity = false;
        gap = false;
        if (segments.size() > mostSegments) {
            throw tooMany("segments");
        }
    }

    private Variant variant(URI address, Map<String, String> of) {
        Matcher resolution = RESOLUTION.matcher(of.getOrDefault("RESOLUTION", ""));
        int height = resolution.matches() // the shorter side: some films stand upright
                ? Math.min(Integer.parseInt(resolution.group(1)), Integer.parseInt(resolution.group(2)))
                : 0;
        String codecs = of.getOrDefault("CODECS", "");
        boolean hasVideo =
                height > 0 || codecs.isEmpty() || VIDEO.matcher(codecs).find();
        return new Variant(address, whole("BANDWIDTH", of.getOrDefault("BANDWIDTH", "")), height, hasVideo);
    }

    private Playlist.@Nullable Key key(Map<String, String> of) {
        String method = of.getOrDefault("METHOD", "");
        if (method.equals(UNENCRYPTED)) {
            return null;
        }
        String format = of.getOrDefault("KEYFORMAT", "identity");
        if (!method.equals("AES-128") || !format.equals("identity")) {
            throw new VitoException(
                    Reason.UNSUPPORTED_CODEC,
                    where() + "is encrypted by " + printable(method)
                            + (format.equals("identity") ? "" : " for " + printable(format))
                            + "; expected none or AES-128");
        }
        String iv = of.get("IV");
        if (iv != null && !iv.matches("0[xX][0-9a-fA-F]{1,32}")) {
            throw bad("has an IV that is no hexadecimal number of 16 bytes");
        }
        return new Playlist.Key(resolve(of.getOrDefault("URI", "")), iv == null ? null : iv.substring(2));
    }

    private Init init(Map<String, String> of) {
        URI address = resolve(of.getOrDefault("URI", ""));
        String part = of.get("BYTERANGE");
        return new Init(part == null ? new Place(address, null) : place(address, part, 0), key);
    }

    private Place place(URI address, @Nullable String part) {
        if (part == null) {
            return new Place(address, null);
        }
        Place last = before;
        Part lastPart = last != null && last.address().equals(address) ? last.part() : null;
        return place(address, part, lastPart == null ? -1 : lastPart.offset() + lastPart.length());
    }

    /** @param otherwise the offset where none is said, -1 if it must be */
    private Place place(URI address, String part, long otherwise) {
        Matcher range = RANGE.matcher(part);
        if (!range.matches() || (range.group(2) == null && otherwise < 0)) {
            throw bad("has the byte range '" + printable(part) + "'; expected length@offset");
        }
        long length = Long.parseLong(range.group(1));
        long offset = range.group(2) == null ? otherwise : Long.parseLong(range.group(2));
        if (length == 0) {
            throw bad("has a byte range of no bytes");
        }
        return new Place(address, new Part(offset, length));
    }

    private URI resolve(String text) {
        try {
            URI to = base.resolve(text);
            String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
            if (text.isEmpty() || to.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
                throw refused(Reason.BAD_ADDRESS, text, "; expected an http or https address");
            }
            if ("https".equalsIgnoreCase(base.getScheme()) && scheme.equals("http")) {
                throw refused(Reason.FORBIDDEN, text, " and so from https to http");
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw refused(Reason.BAD_ADDRESS, text, ", which is no URI");
        }
    }

    private VitoException refused(Reason reason, String text, String why) {
        return new VitoException(reason, where() + "leads to '" + printable(Addresses.shown(text)) + "'" + why);
    }

    private Map<String, String> attributes(String list) {
        Map<String, String> attributes = new HashMap<>();
        Matcher each = ATTRIBUTE.matcher(list);
        int at = 0;
        while (at < list.length() && each.find(at) && each.start() == at) {
            String value = each.group(2);
            attributes.putIfAbsent(
                    each.group(1), value.startsWith("\"") ? value.substring(1, value.length() - 1) : value.strip());
            at = each.end();
            while (at < list.length() && list.charAt(at) == ' ') {
                at++;
            }
        }
        if (at < list.length()) {
            throw bad("has attributes that are none: '" + printable(list.substring(at)) + "'");
        }
        return attributes;
    }

    private Duration duration(String value) {
        Matcher seconds = DURATION.matcher(value);
        if (!seconds.matches()) {
            throw bad("has EXTINF '" + printable(value) + "'; expected seconds");
        }
        return Duration.ofNanos(Math.round(1e9 * Double.parseDouble(seconds.group(1))));
    }

    private long whole(String name, String value) {
        if (!value.matches("[0-9]{1,18}")) {
            throw bad("has " + name.replace("#", "") + " '" + printable(value) + "'; expected a whole number");
        }
        return Long.parseLong(value);
    }

    private VitoException tooMany(String what) {
        return new VitoException(
                Reason.TOO_LARGE,
                where() + "has more than " + mostSegments + " " + what
                        + ", as many as vito.ingest.hls.segments allows");
    }

    private VitoException bad(String what) {
        return new VitoException(Reason.NOT_A_VIDEO, where() + what);
    }

    private String where() {
        return "line " + line + " of the playlist " + Addresses.shown(base.toString()) + " ";
    }

    private static String printable(String text) {
        return text.substring(0, Math.min(80, text.length())).replaceAll("\\p{Cntrl}", "?");
    }
}
