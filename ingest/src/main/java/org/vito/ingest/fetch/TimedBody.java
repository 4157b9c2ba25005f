package org.vito.ingest.fetch;

import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/**
 * An HTTP body as a stream that cannot hang: every wait for bytes has a limit, and so has the whole. At most one piece
 * that the client has received waits here; the server is asked for the next when it is taken.
 */
final class TimedBody extends InputStream implements BodySubscriber<TimedBody> {
    private record Piece(List<ByteBuffer> buffers, boolean last, @Nullable Throwable failure) {}

    private final String address;
    private final Duration read;
    private final Instant deadline;
    private final InstantSource clock;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>(); // one asked for, and the end
    private final Queue<ByteBuffer> current = new ArrayDeque<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private volatile boolean closed;
    private boolean ended;

    TimedBody(String address, Duration read, Instant deadline, InstantSource clock) {
        this.address = address;
        this.read = read;
        this.deadline = deadline;
        this.clock = clock;
    }

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        pieces.add(new Piece(buffers, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(List.of(), true, null));
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        ByteBuffer buffer = current.peek();
        while (buffer == null || !buffer.hasRemaining()) {
            if (buffer != null) {
                current.remove();
            } else if (!more()) {
                return -1;
            }
            buffer = current.peek();
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(to, offset, count);
        return count;
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription given = subscription.getNow(null);
        if (given != null) {
            given.cancel();
        }
    }

    private boolean more() {
        if (ended) {
            return false;
        }
        Piece piece = next();
        if (piece.failure != null) {
            close();
            throw new RetriableException(
                    Reason.UNREACHABLE, "the connection to " + address + " broke: " + piece.failure, piece.failure);
        }
        ended = piece.last;
        current.addAll(piece.buffers);
        if (!ended) {
            subscription.join().request(1);
        }
        return !ended;
    }

    private Piece next() {
        Duration left = Duration.between(clock.instant(), deadline);
        Duration wait = left.compareTo(read) < 0 ? left : read;
        try {
            Piece piece = left.isNegative() ? null : pieces.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
            if (piece == null) {
                close();
                throw new RetriableException(
                        Reason.UNREACHABLE,
                        wait.equals(read)
                                ? "%s sent nothing for %d ms".formatted(address, read.toMillis())
                                : address + " was not fetched in the time allowed");
            }
            return piece;
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new RetriableException(Reason.UNREACHABLE, "interrupted while fetching " + address, e);
        }
    }
}
