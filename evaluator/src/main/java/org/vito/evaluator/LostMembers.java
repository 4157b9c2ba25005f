package org.vito.evaluator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes members out of the cluster that have been out of reach for a while: if they are at most half of it; else it is this
 * member that was cut off, and ends. Where a cluster breaks into halves both go on, and the journal says which of their
 * coordinators may write.
 */
final class LostMembers extends AbstractBehavior<LostMembers.Command> {
    /** Nothing can be told from outside. */
    sealed interface Command {}

    private record Changed() implements Command {}

    private record Decide() implements Command {}

    private final TimerScheduler<Command> timers;
    private final Duration after;

    private LostMembers(ActorContext<Command> context, TimerScheduler<Command> timers, Duration after) {
        super(context);
        this.timers = timers;
        this.after = after;
        Cluster cluster = Cluster.get(context.getSystem());
        ActorRef<ClusterEvent.ReachabilityEvent> reach =
                context.messageAdapter(ClusterEvent.ReachabilityEvent.class, event -> new Changed());
        ActorRef<ClusterEvent.MemberEvent> members =
                context.messageAdapter(ClusterEvent.MemberEvent.class, event -> new Changed());
        cluster.subscriptions().tell(Subscribe.create(reach, ClusterEvent.ReachabilityEvent.class));
        cluster.subscriptions().tell(Subscribe.create(members, ClusterEvent.MemberEvent.class));
    }

    /**
     * Watches the cluster.
     *
     * @param after how long nothing must change before something is decided
     */
    static Behavior<Command> create(Duration after) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new LostMembers(context, timers, after)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Changed.class, this::onChanged)
                .onMessage(Decide.class, this::onDecide)
                .build();
    }

    private Behavior<Command> onChanged(Changed changed) {
        timers.startSingleTimer(new Decide(), after);
        return this;
    }

    private Behavior<Command> onDecide(Decide decide) {
        Cluster cluster = Cluster.get(getContext().getSystem());
        Set<Member> lost = cluster.state().getUnreachable();
        if (lost.isEmpty()) {
            return this;
        }
        Set<Member> all = new HashSet<>();
        cluster.state().getMembers().forEach(all::add);
        all.removeIf(member -> member.status().equals(MemberStatus.joining()));
        long gone = all.stream().filter(lost::contains).count();
        if (2 * gone > all.size()) {
            getContext().getLog().warn("{} of {} members are out of reach; this one leaves", gone, all.size());
            cluster.manager().tell(new Down(cluster.selfMember().address()));
        } else {
            lost.forEach(member -> {
                getContext().getLog().warn("{} is out of reach and taken out", member.address());
                cluster.manager().tell(new Down(member.address()));
            });
        }
        timers.startSingleTimer(new Decide(), after); // until they are out
        return this;
    }
}
