package org.vito.ingest.curation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/**
 * Holds a {@link Curator}: loads it once and judges one batch after the other. If the rule cannot be loaded the actor
 * fails, for its supervisor to start again.
 */
public final class CuratorActor extends AbstractBehavior<CuratorActor.Command> {
    private static final int MOST_WAITING = 16; // batches; whoever asks waits for its answer, so there are few

    /** What a curator understands. */
    public sealed interface Command permits Judge, Loaded, LoadFailed, Judged {}

    /**
     * Asks for a verdict on each of {@code videos}, and on those that were judged before and are to be judged {@code again}. The
     * answer has them in this order.
     */
    public record Judge(List<StoredVideo> videos, List<CurationDecision> again, ActorRef<Verdicts> replyTo)
            implements Command {
        public Judge {
            videos = List.copyOf(videos);
            again = List.copyOf(again);
        }

        /** An opinion on each that this is why there is none. */
        List<Opinion> failed(RuntimeException failure) {
            return Collections.nCopies(videos.size() + again.size(), Opinion.failed(failure));
        }
    }

    record Loaded(Curator curator) implements Command {}

    record LoadFailed(Throwable cause) implements Command {}

    record Judged(Judge ask, Curator by, List<Opinion> opinions) implements Command {}

    /**
     * The answer to {@link Judge}: an opinion on each video in the order of the question.
     *
     * @param curator the rule's name, empty if there was no rule to ask
     * @param network whose features it compares, if any
     */
    public record Verdicts(String curator, String network, List<Opinion> opinions) {
        public Verdicts {
            opinions = List.copyOf(opinions);
        }
    }

    /** A verdict, or why there is none; exactly one of them is null. */
    public record Opinion(Curator.@Nullable Verdict verdict, @Nullable RuntimeException failure) {
        static Opinion of(Curator.Verdict verdict) {
            return new Opinion(verdict, null);
        }

        static Opinion failed(RuntimeException failure) {
            return new Opinion(null, failure);
        }
    }

    private final Supplier<Curator> loader;
    private final Executor blocking;
    private final Consumer<String> network;
    private final Deque<Judge> waiting = new ArrayDeque<>();
    private @Nullable Curator curator;
    private boolean judging;

    private CuratorActor(
            ActorContext<Command> context, Supplier<Curator> loader, Executor blocking, Consumer<String> network) {
        super(context);
        this.network = network;
        this.loader = loader;
        this.blocking = blocking;
        context.pipeToSelf(
                CompletableFuture.supplyAsync(loader, blocking),
                (loaded, cause) -> loaded != null ? new Loaded(loaded) : new LoadFailed(cause));
    }

    /**
     * A curator that loads its rule with {@code loader} on {@code blocking}, and judges there.
     *
     * @param network told whose features the rule compares, whenever one that compares any was loaded; shall not block
     */
    public static Behavior<Command> create(Supplier<Curator> loader, Executor blocking, Consumer<String> network) {
        return Behaviors.setup(context -> new CuratorActor(context, loader, blocking, network));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Judge.class, this::onJudge)
                .onMessage(Loaded.class, this::onLoaded)
                .onMessage(LoadFailed.class, this::onLoadFailed)
                .onMessage(Judged.class, this::onJudged)
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> onJudge(Judge ask) {
        if (waiting.size() >= MOST_WAITING) {
            RetriableException full =
                    new RetriableException(Reason.INTERNAL, MOST_WAITING + " batches wait for the curator already");
            ask.replyTo().tell(new Verdicts("", "", ask.failed(full)));
        } else {
            waiting.add(ask);
            judgeNext();
        }
        return this;
    }

    private Behavior<Command> onLoaded(Loaded loaded) {
        take(loaded.curator());
        getContext()
                .getLog()
                .info("curation rule {} is loaded", loaded.curator().name());
        judgeNext();
        return this;
    }

    private void take(Curator loaded) {
        curator = loaded;
        if (!loaded.network().isEmpty()) {
            network.accept(loaded.network());
        }
    }

    private Behavior<Command> onLoadFailed(LoadFailed failed) {
        Throwable cause = failed.cause() instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failed.cause();
        throw cause instanceof VitoException known
                ? known
                : new VitoException(Reason.INTERNAL, "the curation rule cannot be loaded: " + cause, cause);
    }

    private Behavior<Command> onJudged(Judged judged) {
        judging = false;
        if (curator != judged.by()) {
            take(judged.by());
        }
        judged.ask().replyTo().tell(verdicts(judged.opinions()));
        judgeNext();
        return this;
    }

    private Behavior<Command> onPostStop() {
        Curator loaded = curator;
        if (loaded != null) {
            blocking.execute(loaded::close);
        }
        return this;
    }

    private Verdicts verdicts(List<Opinion> opinions) {
        Curator rule = curator;
        return rule == null ? new Verdicts("", "", opinions) : new Verdicts(rule.name(), rule.network(), opinions);
    }

    private void judgeNext() {
        Curator rule = curator;
        if (judging || rule == null || waiting.isEmpty()) {
            return;
        }
        judging = true;
        Judge ask = waiting.remove();
        Logger log = getContext().getLog();
        getContext()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    Curator by = renewed(rule, log);
                                    return new Judged(ask, by, opinions(by, ask));
                                },
                                blocking),
                        (judged, cause) -> judged != null ? judged : new Judged(ask, rule, failures(ask, cause)));
    }

    /** The rule, loaded anew if it is outdated; if that fails the one there is goes on. */
    private Curator renewed(Curator rule, Logger log) {
        try {
            if (!rule.isOutdated()) {
                return rule;
            }
            Curator next = loader.get();
            log.info("curation rule {} takes the place of {}", next.name(), rule.name());
            rule.close();
            return next;
        } catch (RuntimeException e) {
            log.warn("curation rule {} stays, as it cannot be loaded anew", rule.name(), e);
            return rule;
        }
    }

    private static List<Opinion> failures(Judge ask, Throwable cause) {
        return ask.failed(new VitoException(Reason.INTERNAL, "the curator failed: " + cause, cause));
    }

    private static List<Opinion> opinions(Curator rule, Judge ask) {
        List<Opinion> opinions = new ArrayList<>(opinions(rule, ask.videos(), rule::judge));
        opinions.addAll(opinions(rule, ask.again(), rule::judgeAgain));
        return opinions;
    }

    /** Judges together; if that fails for a reason that will not pass, one by one, so that each answers for itself. */
    private static <T> List<Opinion> opinions(
            Curator rule, List<T> cases, Function<List<T>, List<Curator.Verdict>> judge) {
        if (cases.isEmpty()) {
            return List.of();
        }
        try {
            List<Curator.Verdict> verdicts = judge.apply(cases);
            if (verdicts.size() != cases.size()) {
                throw new VitoException(
                        Reason.INTERNAL,
                        "%s gave %d verdicts on %d videos".formatted(rule.name(), verdicts.size(), cases.size()));
            }
            return verdicts.stream().map(Opinion::of).toList();
        } catch (RuntimeException e) {
            if (e instanceof RetriableException || cases.size() == 1) {
                return Collections.nCopies(cases.size(), Opinion.failed(e));
            }
            List<Opinion> each = new ArrayList<>();
            for (T one : cases) {
                each.addAll(opinions(rule, List.of(one), judge));
            }
            return each;
        }
    }
}
