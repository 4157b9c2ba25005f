package org.vito.evaluator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.SerializationTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.plan.EvaluationCoordinator.Command;
import org.vito.protocol.v1.CheckpointAnnouncement;

class WireSerializerTest {
    private static final ActorTestKit wireKit = ActorTestKit.create(
            "wire",
            ConfigFactory.parseString("akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
                    .withFallback(ConfigFactory.parseResources("vito-cluster.conf"))
                    .withFallback(ConfigFactory.load()));

    @AfterAll
    static void shutDown() {
        wireKit.shutdownTestKit();
    }

    @Test
    void messagesBetweenProcessesComeAsTheyWent() {
        SerializationTestKit wire = wireKit.serializationTestKit();
        ActorRef<Command> coordinator = wireKit.createTestProbe(Command.class).ref();
        CheckpointAnnouncement checkpoint = EvaluationCoordinatorTest.checkpoint(7, "d", 5).toBuilder()
                .setAddress("file:/x")
                .setLoss(0.5)
                .build();
        wire.verifySerialization(
                new EvaluatorActor.Run(3, new Job(checkpoint, "a", List.of("knn", "linear"), 2), coordinator), true);
        wire.verifySerialization(new EvaluatorActor.GiveUp(4), true);
        wire.verifySerialization(new EvaluationCoordinator.Alive(Long.MAX_VALUE), true);
        wire.verifySerialization(new EvaluationCoordinator.TaskStarted(5, "knn", "me"), true);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("top1", 0.25);
        metrics.put("a", Double.NaN);
        var scored = wire.verifySerialization(new EvaluationCoordinator.TaskScored(6, "knn", metrics, 1.5, "me"), true);
        assertThat(scored.metrics().keySet()).containsExactly("top1", "a");
        wire.verifySerialization(new EvaluationCoordinator.TaskFailed(7, "knn", "X: y", 2, "me"), true);
        wire.verifySerialization(new EvaluationCoordinator.JobEnded(8, null, false), true);
        wire.verifySerialization(new EvaluationCoordinator.JobEnded(8, "KAFKA: gone", true), true);
        for (Class<?> command : Command.class.getPermittedSubclasses()) {
            assertThat(OverTheWire.class.isAssignableFrom(command))
                    .as("%s is of those above", command)
                    .isEqualTo(Set.of("Alive", "TaskStarted", "TaskScored", "TaskFailed", "JobEnded")
                            .contains(command.getSimpleName()));
        }
    }
}
