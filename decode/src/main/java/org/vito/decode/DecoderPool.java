package org.vito.decode;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;

/**
 * All decoder processes of a JVM and the jobs that wait for them. A process that dies is replaced, its job is tried once
 * more; the second death on the same job is the job's fault. Probes go ahead of decoding: they take milliseconds, and
 * somebody is waiting for them.
 */
final class DecoderPool extends AbstractBehavior<DecoderPool.Command> {
    static final String DISPATCHER = "vito.decode.blocking-dispatcher";
    private static final int DEATHS_ALLOWED = 1;

    sealed interface Command {}

    /** Do {@code job} when a process is free. */
    record Submit(Job job) implements Command {}

    /** Tell which processes live. */
    record Describe(ActorRef<Children> replyTo) implements Command {}

    /** Tell what protects the processes, as soon as one is ready. */
    record TellProtections(ActorRef<List<Protection>> replyTo) implements Command {}

    /** Refuse whatever waits, end all processes, then stop. */
    record Stop(ActorRef<Done> replyTo) implements Command {}

    /** From a decoder: its process answers. */
    record Ready(ActorRef<DecoderActor.Command> decoder, long pid, List<Protection> protections) implements Command {}

    /** From a decoder: its job is done. */
    record Free(ActorRef<DecoderActor.Command> decoder) implements Command {}

    /** From a decoder: its process is gone, and so is the decoder. {@code busy}: it died over the job it was given. */
    record Gone(ActorRef<DecoderActor.Command> decoder, boolean wasReady, boolean busy, String how)
            implements Command {}

    private record StartDecoder(int slot) implements Command {}

    private record Expire(long jobNumber) implements Command {}

    /** The processes that live, by id, and the jobs that wait. */
    record Children(List<Long> pids, int waiting) {}

    private final DecodeSettings settings;
    private final Isolation isolation;
    private final TimerScheduler<Command> timers;
    private final Map<ActorRef<DecoderActor.Command>, Integer> decoders = new HashMap<>();
    private final Map<ActorRef<DecoderActor.Command>, Long> pids = new HashMap<>();
    private final Map<ActorRef<DecoderActor.Command>, Job> running = new HashMap<>();
    private final Deque<ActorRef<DecoderActor.Command>> free = new ArrayDeque<>();
    private final Deque<Job> probes = new ArrayDeque<>();
    private final Deque<Job> samples = new ArrayDeque<>();
    private final List<ActorRef<Done>> stopped = new ArrayList<>();
    private final List<ActorRef<List<Protection>>> curious = new ArrayList<>();
    private List<Protection> protections = List.of();
    private int failedStarts;
    private int deathsInARow;
    private long decodersMade;
    private boolean stopping;

    private DecoderPool(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            DecodeSettings settings,
            Isolation isolation) {
        super(context);
        this.settings = settings;
        this.isolation = isolation;
        this.timers = timers;
        for (int slot = 0; slot < settings.children(); slot++) {
            start(slot);
        }
    }

    static Behavior<Command> create(DecodeSettings settings, String program) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new DecoderPool(
                context, timers, settings, Isolation.probe(settings.child().isolate(), program))));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Submit.class, this::onSubmit)
                .onMessage(Describe.class, this::onDescribe)
                .onMessage(TellProtections.class, this::onTellProtections)
                .onMessage(Ready.class, this::onReady)
                .onMessage(Free.class, this::onFree)
                .onMessage(Gone.class, this::onGone)
                .onMessage(StartDecoder.class, this::onStartDecoder)
                .onMessage(Expire.class, this::onExpire)
                .onMessage(Stop.class, this::onStop)
                .build();
    }

    private void start(int slot) {
        ActorRef<DecoderActor.Command> decoder = getContext()
                .spawn(
                        DecoderActor.create(settings, isolation, getContext().getSelf(), slot),
                        "decoder-%d-%d".formatted(slot, ++decodersMade),
                        DispatcherSelector.fromConfig(DISPATCHER));
        getContext().watchWith(decoder, new Gone(decoder, true, true, "its actor failed"));
        decoders.put(decoder, slot);
    }

    private Behavior<Command> onSubmit(Submit submit) {
        Job job = submit.job();
        if (stopping) {
            job.refuse(new RetriableException(Reason.INTERNAL, "the decoders are being closed"));
        } else if (probes.size() + samples.size() >= settings.queueCapacity()) {
            job.refuse(new RetriableException(
                    Reason.INTERNAL, "%d requests wait for a decoder already".formatted(settings.queueCapacity())));
        } else {
            timers.startSingleTimer(job.number(), new Expire(job.number()), settings.askTimeout());
            (job.isProbe() ? probes : samples).addLast(job);
            dispatch();
        }
        return this;
    }

    private void dispatch() {
        while (!free.isEmpty() && !(probes.isEmpty() && samples.isEmpty())) {
            Job job = probes.isEmpty() ? samples.removeFirst() : probes.removeFirst();
            timers.cancel(job.number());
            ActorRef<DecoderActor.Command> decoder = free.removeFirst();
            running.put(decoder, job);
            decoder.tell(new DecoderActor.Execute(job));
        }
    }

    private Behavior<Command> onReady(Ready ready) {
        failedStarts = 0;
        pids.put(ready.decoder(), ready.pid());
        if (!ready.protections().equals(protections)) {
            protections = ready.protections();
            report();
        }
        curious.forEach(asking -> asking.tell(protections));
        curious.clear();
        return onFree(new Free(ready.decoder()));
    }

    /** Once for all processes, since all are started alike. */
    private void report() {
        String active = names(true);
        getContext().getLog().info("decoder processes are confined: {}", active.isEmpty() ? "in nothing" : active);
        if (settings.child().isolate() && !names(false).isEmpty()) {
            getContext()
                    .getLog()
                    .warn("the system does not confine decoder processes in: {}; vito doctor says why", names(false));
        }
    }

    private String names(boolean active) {
        return protections.stream()
                .filter(protection -> protection.active() == active)
                .map(Protection::name)
                .collect(Collectors.joining(", "));
    }

    private Behavior<Command> onTellProtections(TellProtections question) {
        if (protections.isEmpty()) {
            curious.add(question.replyTo());
        } else {
            question.replyTo().tell(protections);
        }
        return this;
    }

    private Behavior<Command> onFree(Free told) {
        running.remove(told.decoder());
        if (pids.containsKey(told.decoder()) && !stopping) {
            free.addLast(told.decoder());
            dispatch();
        }
        return this;
    }

    private Behavior<Command> onGone(Gone gone) {
        Integer slot = decoders.remove(gone.decoder());
        pids.remove(gone.decoder());
        free.remove(gone.decoder());
        Job job = running.remove(gone.decoder());
        if (slot == null) {
            return this;
        }
        if (job != null) {
            again(job, gone);
        }
        if (stopping) {
            return decoders.isEmpty() ? stopped() : this;
        }
        getContext().getLog().warn("decoder {} is replaced: {}", slot, gone.how());
        if (!gone.wasReady() && ++failedStarts >= settings.child().failedStarts()) {
            refuseAll("no decoder process can be started: " + gone.how());
        }
        deathsInARow = gone.wasReady() ? 0 : deathsInARow + 1;
        timers.startSingleTimer("slot " + slot, new StartDecoder(slot), backoff());
        return this;
    }

    private void again(Job job, Gone gone) {
        if (stopping) {
            job.refuse(new RetriableException(Reason.INTERNAL, "the decoders are being closed"));
        } else if (gone.busy() && job.deaths() >= DEATHS_ALLOWED) {
            job.refuse(new VitoException(
                    Reason.DECODER_CRASHED,
                    "%d decoder processes died on %s, the last: %s"
                            .formatted(job.deaths() + 1, job.request().getPath(), gone.how())));
        } else {
            Job retry = gone.busy() ? job.killedOnce() : job;
            timers.startSingleTimer(retry.number(), new Expire(retry.number()), settings.askTimeout());
            (retry.isProbe() ? probes : samples).addFirst(retry);
            dispatch();
        }
    }

    private Duration backoff() {
        Duration wait = settings.child().minBackoff().multipliedBy(1L << Math.min(deathsInARow, 20));
        return wait.compareTo(settings.child().maxBackoff()) < 0
                ? wait
                : settings.child().maxBackoff();
    }

    private Behavior<Command> onStartDecoder(StartDecoder wanted) {
        if (!stopping) {
            start(wanted.slot());
        }
        return this;
    }

    private Behavior<Command> onExpire(Expire expire) {
        for (Deque<Job> queue : List.of(probes, samples)) {
            queue.removeIf(job -> {
                boolean late = job.number() == expire.jobNumber();
                if (late) {
                    job.refuse(new RetriableException(
                            Reason.INTERNAL, "no decoder was free within " + settings.askTimeout()));
                }
                return late;
            });
        }
        return this;
    }

    private void refuseAll(String why) {
        for (Deque<Job> queue : List.of(probes, samples)) {
            queue.forEach(job -> job.refuse(new RetriableException(Reason.INTERNAL, why)));
            queue.clear();
        }
    }

    private Behavior<Command> onDescribe(Describe describe) {
        describe.replyTo().tell(new Children(List.copyOf(pids.values()), probes.size() + samples.size()));
        return this;
    }

    private Behavior<Command> onStop(Stop stop) {
        stopping = true;
        refuseAll("the decoders are being closed");
        decoders.keySet().forEach(decoder -> decoder.tell(new DecoderActor.Dismiss()));
        stopped.add(stop.replyTo());
        return decoders.isEmpty() ? stopped() : this;
    }

    private Behavior<Command> stopped() {
        stopped.forEach(waiting -> waiting.tell(Done.getInstance()));
        return Behaviors.stopped();
    }
}
