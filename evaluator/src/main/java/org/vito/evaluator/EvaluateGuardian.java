package org.vito.evaluator;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SelfUp;
import akka.cluster.typed.SingletonActor;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.List;
import org.vito.evaluator.plan.EvaluationCoordinator;
import org.vito.evaluator.plan.Evaluators;

/** The actor at the root of a process that evaluates: starts its evaluators, joins the cluster and may have the coordinator. */
final class EvaluateGuardian {
    private static final Duration LOST = Duration.ofSeconds(5); // after those in which it was not heard of

    private EvaluateGuardian() {}

    /**
     * @param coordinator of which the cluster has one
     * @param joined hears when the process is a member
     */
    static Behavior<Void> create(
            ClusterSettings settings,
            Behavior<Evaluators.Command> evaluators,
            Behavior<EvaluationCoordinator.Command> coordinator,
            Runnable joined) {
        return Behaviors.<Object>setup(context -> {
                    Cluster cluster = Cluster.get(context.getSystem());
                    cluster.subscriptions()
                            .tell(Subscribe.create(context.getSelf().narrow(), SelfUp.class));
                    context.spawn(LostMembers.create(LOST), "lost-members");
                    context.spawn(evaluators, "evaluators");
                    ClusterSingleton.get(context.getSystem())
                            .init(SingletonActor.of(coordinator, "coordinator")
                                    .withStopMessage(new EvaluationCoordinator.Stop()));
                    List<Address> seeds = settings.seeds().stream()
                            .map(seed -> AddressFromURIString.parse("akka://" + ClusterSettings.NAME + "@" + seed))
                            .toList();
                    cluster.manager()
                            .tell(
                                    seeds.isEmpty()
                                            ? Join.create(cluster.selfMember().address())
                                            : new JoinSeedNodes(seeds));
                    return Behaviors.receive(Object.class)
                            .onMessage(SelfUp.class, up -> {
                                joined.run();
                                return Behaviors.same();
                            })
                            .build();
                })
                .narrow();
    }
}
