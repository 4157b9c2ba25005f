package org.vito.ingest.fetch;

import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Playlist.Init;
import org.vito.ingest.fetch.Playlist.Segment;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Opens http and https addresses; where an HLS playlist is behind one, the video that it describes, as one file: its
 * segments one after the other, which for MPEG transport streams and fragmented MP4 is a video again. Only playlists that
 * have ended are a video; live ones are sources. One that other content or gaps interrupt holds several videos; the second is
 * called {@code address#piece=2}.
 */
final class HlsFetcher implements Fetcher {
    private static final int MARK = "#EXTM3U".length();
    private static final Pattern PIECE = Pattern.compile("piece=([1-9][0-9]{0,5})");

    private final HttpFetcher http;
    private final FetchLimits limits;
    private final HlsLimits hls;
    private final InstantSource clock;

    HlsFetcher(HttpFetcher http, FetchLimits limits, HlsLimits hls, InstantSource clock) {
        this.http = http;
        this.limits = limits;
        this.hls = hls;
        this.clock = clock;
    }

    @Override
    public Set<String> schemes() {
        return http.schemes();
    }

    @Override
    public Download open(URI address) {
        Instant deadline = clock.instant().plus(limits.total());
        HttpFetcher.Answer answer = http.openKept(address, deadline);
        Download download = answer.download();
        try {
            PushbackInputStream body = new PushbackInputStream(download.body(), MARK);
            byte[] beginning = body.readNBytes(MARK);
            body.unread(beginning);
            if (!PlaylistReader.isPlaylist(beginning)) {
                return new Download(body, download.sizeBytes());
            }
            try (body) {
                return video(address, new HttpFetcher.Answer(answer.at(), new Download(body, -1)), deadline);
            }
        } catch (IOException e) {
            throw closed(download, new IllegalStateException("bodies throw no IOException", e));
        } catch (RuntimeException e) {
            throw closed(download, e);
        }
    }

    private Download video(URI address, HttpFetcher.Answer answer, Instant deadline) throws IOException {
        Hls session = new Hls(http, hls, limits.bytes());
        Hls.Found found = session.media(answer, deadline);
        String shown = Addresses.shown(found.at().toString());
        if (!found.media().ended()) {
            throw new VitoException(
                    Reason.BAD_ADDRESS,
                    "the playlist " + shown + " is of a live stream, which has no end; give it to vito.ingest.sources"
                            + " as { type = live, url = … }");
        }
        List<Segment> run = piece(address, found);
        return new Download(new Body(session, run, deadline), -1);
    }

    /** The piece that {@code address} asks for, or the only one that is worth it. */
    private List<Segment> piece(URI address, Hls.Found found) {
        List<List<Segment>> pieces = found.media().pieces();
        String shown = Addresses.shown(found.at().toString());
        Matcher asked = PIECE.matcher(String.valueOf(address.getFragment()));
        if (asked.matches()) {
            int number = Integer.parseInt(asked.group(1));
            if (number > pieces.size()) {
                throw new VitoException(
                        Reason.BAD_ADDRESS,
                        "the playlist %s has no piece %d; it has %d".formatted(shown, number, pieces.size()));
            }
            return pieces.get(number - 1);
        }
        List<List<Segment>> longest = pieces.stream()
                .sorted(Comparator.comparing(Playlist::duration).reversed())
                .toList();
        if (longest.isEmpty()) {
            throw new VitoException(Reason.EMPTY, "the playlist " + shown + " has no segments");
        }
        List<List<Segment>> videos = longest.stream()
                .filter(piece -> Playlist.duration(piece).compareTo(hls.leastPiece()) >= 0)
                .limit(hls.pieces())
                .toList();
        if (videos.size() <= 1) {
            return longest.get(0);
        }
        String playlist = address.toString().replaceAll("#.*", "");
        throw new SeveralVideosException(
                "the playlist %s holds %d videos: %s#piece=1 and so on"
                        .formatted(shown, videos.size(), Addresses.shown(playlist)),
                IntStream.range(0, pieces.size())
                        .filter(i -> videos.contains(pieces.get(i)))
                        .mapToObj(i -> URI.create(playlist + "#piece=" + (i + 1)))
                        .toList());
    }

    private static RuntimeException closed(Download download, RuntimeException cause) {
        try {
            download.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    /** The segments of a run, each fetched when the one before was read. */
    private static final class Body extends BlockStream {
        private final Hls session;
        private final Iterator<Segment> segments;
        private final Instant deadline;
        private byte[] piece;
        private int position;
        private @Nullable SegmentKind kind;

        Body(Hls session, List<Segment> run, Instant deadline) throws IOException {
            this.session = session;
            this.deadline = deadline;
            segments = run.iterator();
            Init init = run.get(0).init();
            piece = init == null
                    ? new byte[0]
                    : check(session.bytes(init.place(), init.key(), 0, deadline), init.place());
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            while (position == piece.length) {
                if (!segments.hasNext()) {
                    return -1;
                }
                Segment next = segments.next();
                piece = check(session.bytes(next.place(), next.key(), next.number(), deadline), next.place());
                position = 0;
            }
            int count = Math.min(length, piece.length - position);
            System.arraycopy(piece, position, to, offset, count);
            position += count;
            return count;
        }

        private byte[] check(byte[] bytes, Playlist.Place place) {
            String shown = Addresses.shown(place.address().toString());
            SegmentKind mine = SegmentKind.of(bytes, shown);
            if (kind != null && kind != mine) {
                throw new VitoException(
                        Reason.NOT_A_VIDEO, "the segment " + shown + " is of another kind than those before");
            }
            kind = mine;
            return bytes;
        }
    }
}
