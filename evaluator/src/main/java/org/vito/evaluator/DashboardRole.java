package org.vito.evaluator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.http.javadsl.ServerBinding;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vito.evaluator.board.BoardFeed;
import org.vito.evaluator.board.ScoreBoard;
import org.vito.evaluator.page.PageServer;
import org.vito.evaluator.tensorboard.TensorBoardFeed;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RunningRole;
import org.vito.protocol.VitoException;

/** The role that serves the live page. */
public final class DashboardRole {
    private static final Duration TO_BIND = Duration.ofSeconds(15);
    private static final Duration TO_DRAIN = Duration.ofSeconds(2);
    private static final AtomicLong started = new AtomicLong();

    private DashboardRole() {}

    /** A dashboard that listens. */
    public interface Running extends RunningRole {
        /** Where the page is. */
        URI address();
    }

    /**
     * Starts the score board and the server; returns when it listens.
     *
     * @throws VitoException BAD_SETTING if the address cannot be listened on
     */
    public static Running start(ActorSystem<?> system, DashboardSettings settings, Platform platform) {
        CompletableFuture<Void> boardEnded = new CompletableFuture<>();
        ActorRef<ScoreBoard.Command> board = system.systemActorOf(
                Guardian.create(ScoreBoard.Command.class, BoardFeed.board(platform), "score-board", boardEnded),
                "vito-dashboard-" + started.incrementAndGet(),
                Props.empty());
        ServerBinding binding;
        try {
            binding = PageServer.bind(
                            system,
                            board,
                            platform.stages().registry(),
                            settings.pictures().store(platform),
                            settings.host(),
                            settings.port())
                    .toCompletableFuture()
                    .get(TO_BIND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            board.tell(new ScoreBoard.Stop());
            throw cannotListen(settings, e);
        } catch (InterruptedException e) {
            board.tell(new ScoreBoard.Stop());
            Thread.currentThread().interrupt();
            throw cannotListen(settings, e);
        }
        BoardFeed feed = BoardFeed.start(system, platform, board);
        Optional<TensorBoardFeed> events =
                settings.tensorboard().map(root -> TensorBoardFeed.start(platform.kafka(), root));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CompletionStage<Void> boardEnds = boardEnded;
        boardEnds.whenComplete((done, failure) ->
                binding.terminate(TO_DRAIN).whenComplete((terminated, ignored) -> close(feed, events, ended, failure)));
        return new Listening(address(settings.host(), binding.localAddress().getPort()), board, feed, ended);
    }

    private static void close(
            BoardFeed feed,
            Optional<TensorBoardFeed> events,
            CompletableFuture<Void> ended,
            @Nullable Throwable failure) {
        beside(() -> {
            feed.close();
            events.ifPresent(TensorBoardFeed::close);
            if (failure == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(failure);
            }
        });
    }

    private static void beside(Runnable close) {
        Thread closer = new Thread(close, "vito-dashboard-close");
        closer.setDaemon(true);
        closer.start();
    }

    private static VitoException cannotListen(DashboardSettings settings, Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return new VitoException(
                Reason.BAD_SETTING,
                "vito.dashboard: cannot listen on %s:%d: %s; expected an address of this machine and a free port"
                        .formatted(settings.host(), settings.port(), cause.getMessage()),
                e);
    }

    private static URI address(String host, int port) {
        String shown =
                switch (host) {
                    case "0.0.0.0", "::", "[::]" -> "localhost";
                    default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
                };
        return URI.create("http://" + shown + ":" + port + "/");
    }

    private record Listening(
            URI address, ActorRef<ScoreBoard.Command> board, BoardFeed feed, CompletableFuture<Void> whenEnded)
            implements Running {
        @Override
        public Status status() {
            if (!whenEnded.isDone()) {
                return new Status("dashboard", Health.UP, address.toString());
            }
            return whenEnded.isCompletedExceptionally()
                    ? new Status("dashboard", Health.FAILED, "the score board failed; see the log")
                    : new Status("dashboard", Health.STOPPED, "stopped");
        }

        @Override
        public CompletionStage<Void> ended() {
            return whenEnded.minimalCompletionStage();
        }

        @Override
        public CompletionStage<Void> stop() {
            beside(() -> {
                feed.close(); // first, since it waits for the board's answers
                board.tell(new ScoreBoard.Stop());
            });
            return ended();
        }
    }
}
