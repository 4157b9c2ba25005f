package org.vito.evaluator.board;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The state of the page, rebuilt from Kafka whenever it starts. Whoever subscribes gets everything once and then, a few
 * times a second, what has changed.
 */
public final class ScoreBoard extends AbstractBehavior<ScoreBoard.Command> {
    /** What a score board can be told. */
    public sealed interface Command {}

    /** What topics told, in order; {@code replyTo} hears when there is room for more. */
    record Add(List<BoardEvent> events, ActorRef<Done> replyTo) implements Command {}

    /** What the admin client saw. */
    record Lags(Map<String, Long> lagOfGroup, long clipsInTopic) implements Command {}

    /** Kafka does not answer. */
    record Trouble(String what) implements Command {}

    /** One of the followers has read what was there at first. */
    record HistoryRead(String follower) implements Command {}

    /** Send {@code subscriber} a snapshot now and changes from now on, until it stops. */
    public record Subscribe(ActorRef<Update> subscriber) implements Command {}

    /** Tell everything once. */
    public record Look(ActorRef<BoardView.Snapshot> replyTo) implements Command {}

    /** Tell whether Kafka answers. */
    public record AskKafka(ActorRef<BoardView.Kafka> replyTo) implements Command {}

    /** Tell the JPEG of a video that was judged lately; empty if there is none. */
    public record AskPicture(String videoId, ActorRef<ByteString> replyTo) implements Command {}

    /** End. */
    public record Stop() implements Command {}

    private record Gone(ActorRef<Update> subscriber) implements Command {}

    private record Tick() implements Command {}

    private record Second() implements Command {}

    /** What a subscriber is sent: a {@link BoardView.Snapshot} first, then {@link BoardView.Change}s. */
    public sealed interface Update {}

    /** Everything. */
    public record Whole(BoardView.Snapshot snapshot) implements Update {}

    /** What is new. */
    public record Part(BoardView.Change change) implements Update {}

    private static final Duration TICK = Duration.ofMillis(250);

    private final BoardState state;
    private final ScoreGauges gauges;
    private final InstantSource clock;
    private final Set<String> unread;
    private final Set<ActorRef<Update>> subscribers = new HashSet<>();

    private ScoreBoard(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String instance,
            InstantSource clock,
            MeterRegistry registry,
            Set<String> followers) {
        super(context);
        gauges = new ScoreGauges(registry);
        this.clock = clock;
        state = new BoardState(instance);
        unread = new HashSet<>(followers);
        timers.startTimerWithFixedDelay("tick", new Tick(), TICK);
        timers.startTimerWithFixedDelay("second", new Second(), Duration.ofSeconds(1));
    }

    /** A board that is complete when each of {@code followers} has told of {@link HistoryRead}. */
    static Behavior<Command> create(
            String instance, InstantSource clock, MeterRegistry registry, Set<String> followers) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new ScoreBoard(context, timers, instance, clock, registry, followers)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Add.class, this::onAdd)
                .onMessage(Lags.class, this::onLags)
                .onMessage(Trouble.class, this::onTrouble)
                .onMessage(HistoryRead.class, this::onHistoryRead)
                .onMessage(Subscribe.class, this::onSubscribe)
                .onMessage(Look.class, this::onLook)
                .onMessage(AskKafka.class, this::onAskKafka)
                .onMessage(AskPicture.class, this::onAskPicture)
                .onMessage(Stop.class, s -> Behaviors.stopped())
                .onMessage(Gone.class, this::onGone)
                .onMessage(Tick.class, t -> onTick())
                .onMessage(Second.class, s -> onSecond())
                .build();
    }

    private Behavior<Command> onAdd(Add add) {
        for (BoardEvent event : add.events) {
            state.add(event);
            if (event instanceof BoardEvent.Scored scored) {
                gauges.tell(scored.score());
            }
        }
        add.replyTo.tell(Done.getInstance());
        return this;
    }

    private Behavior<Command> onLags(Lags seen) {
        state.lags(seen.lagOfGroup, seen.clipsInTopic);
        return this;
    }

    private Behavior<Command> onTrouble(Trouble heard) {
        state.kafka(new BoardView.Kafka(false, heard.what));
        return this;
    }

    private Behavior<Command> onHistoryRead(HistoryRead read) {
        unread.remove(read.follower);
        state.readingHistory(!unread.isEmpty());
        return this;
    }

    private Behavior<Command> onSubscribe(Subscribe wanted) {
        onTick(); // so that the changes of those before do not come to this one twice
        wanted.subscriber.tell(new Whole(state.snapshot(clock.millis())));
        getContext().watchWith(wanted.subscriber, new Gone(wanted.subscriber));
        subscribers.add(wanted.subscriber);
        return this;
    }

    private Behavior<Command> onLook(Look look) {
        look.replyTo.tell(state.snapshot(clock.millis()));
        return this;
    }

    private Behavior<Command> onAskKafka(AskKafka asked) {
        asked.replyTo.tell(state.kafka());
        return this;
    }

    private Behavior<Command> onAskPicture(AskPicture asked) {
        asked.replyTo.tell(Objects.requireNonNullElse(state.picture(asked.videoId), ByteString.EMPTY));
        return this;
    }

    private Behavior<Command> onGone(Gone gone) {
        subscribers.remove(gone.subscriber);
        return this;
    }

    private Behavior<Command> onTick() {
        BoardView.Change change = state.takeChange(clock.millis());
        if (change != null) {
            Part part = new Part(change);
            subscribers.forEach(s -> s.tell(part));
        }
        return this;
    }

    private Behavior<Command> onSecond() {
        state.forgetSilentStages(clock.millis());
        return this;
    }
}
