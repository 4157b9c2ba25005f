package org.vito.ingest.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Playlist.Init;
import org.vito.ingest.fetch.Playlist.Segment;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * The segments of a playlist that grows. It begins with the last three, as players do, and after an interruption goes on
 * behind the last one it had, as far as the playlist still names what follows. It is read again as often as RFC 8216 §6.3.4
 * allows: after the longest duration of a segment, or half of it where nothing was new.
 */
final class HlsLive {
    private static final int BEGINNING = 3; // segments, RFC 8216 section 6.3.3

    private final URI address;
    private final HttpFetcher http;
    private final HttpConnection.Means means;
    private final Hls session;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Deque<Segment> waiting = new ArrayDeque<>();
    private @Nullable URI media; // the playlist of segments, once it is known
    private @Nullable Segment before; // the last segment that was taken or given up
    private boolean interrupted = true; // what comes next does not follow the one before
    private boolean ended;
    private @Nullable Instant nextLook; // null = at once
    private @Nullable Instant lastNew;
    private @Nullable Init initOf;
    private byte[] init = {};

    HlsLive(URI address, HttpFetcher http, HttpConnection.Means means, HlsLimits limits) {
        this.address = address;
        this.http = http;
        this.means = means;
        session = new Hls(http, limits, Long.MAX_VALUE);
    }

    /** See {@link LiveFeed#next}. */
    LiveFeed.@Nullable Piece next() {
        try {
            while (waiting.isEmpty()) {
                if (ended) {
                    return null;
                }
                pause();
                look();
            }
            return take(waiting.element());
        } catch (IOException e) {
            throw new IllegalStateException("bodies throw no IOException", e);
        }
    }

    void close() {
        closed.countDown();
    }

    private LiveFeed.Piece take(Segment segment) throws IOException {
        try {
            byte[] head = head(segment.init());
            byte[] bytes = session.bytes(segment.place(), segment.key(), segment.number(), deadline());
            SegmentKind.of(bytes, Addresses.shown(segment.place().address().toString()));
            Segment last = before;
            boolean fresh = interrupted || last == null || !segment.follows(last);
            passed(segment, false);
            return new LiveFeed.Piece(
                    ByteBuffer.wrap(bytes),
                    new LiveFeed.Part(ByteBuffer.wrap(head), segment.duration().toNanos() / 1000, fresh));
        } catch (RetriableException e) {
            throw e;
        } catch (VitoException e) {
            passed(segment, true); // it will be no better the next time
            throw new RetriableException(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    private void passed(Segment segment, boolean lost) {
        waiting.remove();
        before = segment;
        interrupted = lost;
    }

    private byte[] head(@Nullable Init of) throws IOException {
        if (of == null) {
            return new byte[0];
        }
        if (!of.equals(initOf)) {
            init = session.bytes(of.place(), of.key(), 0, deadline());
            initOf = of;
        }
        return init;
    }

    /** Reads the playlist and adds what is new in it. */
    private void look() throws IOException {
        Playlist.Media now;
        try {
            now = read();
        } catch (RuntimeException e) {
            media = null; // begins at the beginning: addresses may have a time
            nextLook = null;
            throw e;
        }
        List<Segment> all = now.segments();
        Segment last = before;
        int from = Math.max(0, all.size() - BEGINNING);
        if (last != null && !all.isEmpty() && all.get(all.size() - 1).number() >= last.number()) {
            from = 0;
            while (from < all.size() && all.get(from).number() <= last.number()) {
                from++;
            }
        } else if (last != null && !all.isEmpty()) {
            interrupted = true; // the server counts anew
        }
        waiting.addAll(all.subList(from, all.size()));
        ended = now.ended();
        Instant time = means.clock().instant();
        if (!waiting.isEmpty()) {
            lastNew = time;
            nextLook = time.plus(now.target());
        } else {
            nextLook = time.plus(now.target().dividedBy(2));
            stalled(time, now.target().multipliedBy(3));
        }
    }

    private void stalled(Instant time, Duration usual) {
        Instant since = lastNew == null ? time : lastNew;
        lastNew = since;
        Duration nothing = Duration.between(since, time);
        boolean late = nothing.compareTo(means.limits().read()) > 0 && nothing.compareTo(usual) > 0;
        if (!ended && late) {
            lastNew = time;
            throw new RetriableException(
                    Reason.UNREACHABLE,
                    "the playlist %s has had no new segment for %d ms"
                            .formatted(Addresses.shown(address.toString()), nothing.toMillis()));
        }
    }

    private Playlist.Media read() throws IOException {
        URI known = media;
        if (known != null) {
            return session.reload(known, deadline());
        }
        HttpFetcher.Answer answer = http.open(address, null, deadline());
        try (Download download = answer.download()) {
            Hls.Found found = session.media(new HttpFetcher.Answer(answer.at(), download), deadline());
            media = found.at();
            return found.media();
        }
    }

    private void pause() {
        Instant due = nextLook;
        long waitMs =
                due == null ? 0 : Duration.between(means.clock().instant(), due).toMillis();
        try {
            if (closed.await(Math.max(0, waitMs), TimeUnit.MILLISECONDS)) {
                throw new RetriableException(Reason.UNREACHABLE, "closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetriableException(Reason.UNREACHABLE, "interrupted", e);
        }
    }

    private Instant deadline() {
        return means.clock().instant().plus(means.limits().total());
    }
}
