package org.vito.ingest.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * Gets what HLS playlists name. Every address in them, those of keys too, goes the way of any other: asked of the policy,
 * looked up once, connected to where it was checked, redirected no more often than allowed, and counted. Used by one thread.
 */
final class Hls {
    private static final int PLAYLIST_BYTES = 4 << 20;
    private static final int KEY_BYTES = 16;
    private static final int TRIES = 3; // of a piece, one right after the other

    private final HttpFetcher http;
    private final HlsLimits limits;
    private final long mostBytes;
    private long bytes; // of everything that was fetched
    private @Nullable URI keyAddress;
    private byte[] keyBytes = {};

    /** @param mostBytes most bytes of everything together, playlists and keys too */
    Hls(HttpFetcher http, HlsLimits limits, long mostBytes) {
        this.http = http;
        this.limits = limits;
        this.mostBytes = mostBytes;
    }

    /** A playlist of segments, and where it is. */
    record Found(URI at, Playlist.Media media) {}

    /**
     * The playlist of segments behind {@code answer}, which is one itself, or one of variants.
     *
     * @throws VitoException as {@link PlaylistReader#read}, or BAD_ADDRESS if variants lead to variants again
     */
    Found media(HttpFetcher.Answer answer, Instant deadline) throws IOException {
        Playlist first = read(answer.at(), answer.download());
        if (first instanceof Playlist.Media media) {
            return new Found(answer.at(), media);
        }
        Playlist.Variant variant = choose(((Playlist.Master) first).variants(), answer.at());
        HttpFetcher.Answer second = open(variant.address(), deadline);
        try (Download download = second.download()) {
            if (read(second.at(), download) instanceof Playlist.Media media) {
                return new Found(second.at(), media);
            }
        }
        throw new VitoException(
                Reason.BAD_ADDRESS,
                "the playlist %s leads to a playlist of variants again, %s; expected one of segments"
                        .formatted(shown(answer.at()), shown(variant.address())));
    }

    /** The playlist of segments that is at {@code address} now. */
    Playlist.Media reload(URI address, Instant deadline) throws IOException {
        HttpFetcher.Answer answer = open(address, deadline);
        try (Download download = answer.download()) {
            if (read(answer.at(), download) instanceof Playlist.Media media) {
                return media;
            }
        }
        throw new VitoException(Reason.BAD_ADDRESS, shown(address) + " was a playlist of segments and is none now");
    }

    /**
     * The bytes at {@code place}, decrypted; what fails in a way that may pass is tried again at once, a few times.
     *
     * @param number the media sequence number
     */
    byte[] bytes(Playlist.Place place, Playlist.@Nullable Key key, long number, Instant deadline) throws IOException {
        byte[] raw = whole(place, limits.segmentBytes(), "segment", deadline);
        return key == null ? raw : decrypt(raw, place, key, number, deadline);
    }

    private HttpFetcher.Answer open(URI address, Instant deadline) {
        return http.open(address, null, deadline);
    }

    private Playlist read(URI at, Download download) throws IOException {
        byte[] text = take(download.body(), PLAYLIST_BYTES, at, "playlist");
        if (!PlaylistReader.isPlaylist(text)) {
            throw new VitoException(Reason.NOT_A_VIDEO, shown(at) + " is no playlist: it does not begin with #EXTM3U");
        }
        return PlaylistReader.read(new String(text, StandardCharsets.UTF_8), at, limits.segments());
    }

    /** The one of the lowest rate among those that are high enough; where none is, or none says so, that of the highest. */
    private Playlist.Variant choose(List<Playlist.Variant> variants, URI from) {
        Comparator<Playlist.Variant> rate = Comparator.comparingLong(Playlist.Variant::bandwidth);
        List<Playlist.Variant> seen =
                variants.stream().filter(Playlist.Variant::hasVideo).toList();
        return seen.stream()
                .filter(v -> v.height() >= limits.leastHeight())
                .min(rate)
                .or(() -> seen.stream().max(rate))
                .orElseThrow(() -> new VitoException(
                        Reason.NOT_A_VIDEO, "the playlist " + shown(from) + " has no variant with pictures"));
    }

    private byte[] whole(Playlist.Place place, int most, String what, Instant deadline) throws IOException {
        RetriableException last = null;
        for (int i = 0; i < TRIES; i++) {
            try (InputStream body = http.open(place.address(), place.part(), deadline)
                    .download()
                    .body()) {
                byte[] all = take(body, most, place.address(), what);
                Playlist.Part part = place.part();
                if (part != null && all.length != part.length()) {
                    throw new RetriableException(
                            Reason.UNREACHABLE,
                            "%s sent %d bytes for the %d of a part"
                                    .formatted(shown(place.address()), all.length, part.length()));
                }
                return all;
            } catch (RetryLaterException e) {
                throw e;
            } catch (RetriableException e) {
                last = e;
            }
        }
        throw last == null ? new IllegalStateException("not tried") : last;
    }

    private byte[] take(InputStream body, int most, URI from, String what) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            bytes += count;
            if (all.size() + count > most) {
                throw new VitoException(
                        Reason.TOO_LARGE, "the %s %s has more than %d bytes".formatted(what, shown(from), most));
            }
            if (bytes > mostBytes) {
                throw new VitoException(
                        Reason.TOO_LARGE,
                        "what the playlist of %s names has more than %d bytes".formatted(shown(from), mostBytes));
            }
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    private byte[] decrypt(byte[] raw, Playlist.Place place, Playlist.Key key, long number, Instant deadline)
            throws IOException {
        if (!key.address().equals(keyAddress)) {
            byte[] fetched = whole(new Playlist.Place(key.address(), null), 1 << 10, "key", deadline);
            if (fetched.length != KEY_BYTES) {
                throw new VitoException(
                        Reason.NOT_A_VIDEO,
                        "the key %s has %d bytes; expected %d"
                                .formatted(shown(key.address()), fetched.length, KEY_BYTES));
            }
            keyBytes = fetched;
            keyAddress = key.address();
        }
        String iv = key.iv() == null ? Long.toHexString(number) : key.iv();
        byte[] first = java.util.HexFormat.of().parseHex("0".repeat(2 * KEY_BYTES - iv.length()) + iv);
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(keyBytes, "AES"), new IvParameterSpec(first));
            return cipher.doFinal(raw);
        } catch (GeneralSecurityException e) {
            throw new VitoException(
                    Reason.DAMAGED_VIDEO,
                    "the segment %s cannot be decrypted by the key %s"
                            .formatted(shown(place.address()), shown(key.address())),
                    e);
        }
    }

    private static String shown(URI address) {
        return Addresses.shown(address.toString());
    }
}
