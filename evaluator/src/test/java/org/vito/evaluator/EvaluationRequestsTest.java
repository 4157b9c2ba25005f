package org.vito.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.evaluator.data.TinyImages;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.StageReporter;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/** What is asked of a role that evaluates while it runs, and when it starts anew; the network alone is a small fixed one. */
class EvaluationRequestsTest {
    private static final ActorTestKit kit = ActorTestKit.create();

    @TempDir
    static Path directory;

    private static TestKafka kafka;
    private static MadeEvaluations made;

    @BeforeAll
    static void start() throws IOException {
        kafka = TestKafka.start(directory);
        TopicSetup.ensure(kafka.access(), (short) 1);
        made = new MadeEvaluations(kafka.access(), directory);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        kafka.close();
    }

    @Test
    void whatIsAskedForLaterIsRunOverTheCheckpointsThereAre() throws Exception {
        Path images = directory.resolve("later");
        TinyImages.write(images);
        Path coming = directory.resolve("coming");
        String sets = "data-sets = [{ name = later, path = \"%s\" }, { name = coming, path = \"%s\" }],"
                .formatted(images, coming);
        BlockingQueue<EvaluationScore> scores = new LinkedBlockingQueue<>();
        TopicFollower follower = made.follow("later", scores);
        try (KafkaProducer<String, byte[]> producer = made.producer()) {
            for (int step = 1; step <= 2; step++) {
                producer.send(Topics.CHECKPOINTS.record(made.checkpoint("later", step)))
                        .get(120, TimeUnit.SECONDS);
            }
            RunningRole role = start(sets + "tasks = [knn], linear.epochs = 5, retry-at-start = []");
            Map<String, EvaluationScore> first = MadeEvaluations.settled(scores, 4);
            assertThat(first.keySet())
                    .containsExactlyInAnyOrder("1/knn/later", "2/knn/later", "1/knn/coming", "2/knn/coming");
            assertThat(MadeEvaluations.need(first, "1/knn/coming").getState()).isEqualTo(ScoreState.FAILED);

            EvaluationRequest.Builder request = EvaluationRequest.newBuilder().setRunId("later");
            ask(producer, request.setTask("linear").setDataSet("later").setStep(2));
            assertThat(MadeEvaluations.settled(scores, 1).keySet()).containsExactly("2/linear/later");
            ask(producer, request.clone().setTask("knn").setDataSet("typo"));
            assertThat(MadeEvaluations.need(MadeEvaluations.settled(scores, 1), "2/knn/typo")
                            .getReason())
                    .isEqualTo("BAD_DATA_SET: no data set is called typo");
            TinyImages.write(coming);
            ask(producer, EvaluationRequest.newBuilder().setRunId("later").setFailed(true));
            Map<String, EvaluationScore> again = MadeEvaluations.settled(scores, 3);
            assertThat(again.keySet()).containsExactlyInAnyOrder("1/knn/coming", "2/knn/coming", "2/knn/typo");
            assertThat(MadeEvaluations.need(again, "1/knn/coming").getState()).isEqualTo(ScoreState.SCORED);
            assertThat(MadeEvaluations.need(again, "2/knn/coming").getState()).isEqualTo(ScoreState.SCORED);
            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);

            RunningRole second = start(sets + "tasks = [knn, linear], linear.epochs = 5, retry-at-start = []");
            assertThat(MadeEvaluations.settled(scores, 3).keySet())
                    .as("a task that is new in the settings, where it was not run yet")
                    .containsExactlyInAnyOrder("1/linear/later", "1/linear/coming", "2/linear/coming");
            second.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
            assertThat(scores).isEmpty();
        } finally {
            follower.close();
        }
    }

    @Test
    void whereAnotherEvaluatesOneThatDoesNotKnowItIsRefused() {
        EvaluatorSettings settings = EvaluatorSettings.from(
                ConfigFactory.parseString("vito.evaluator.data-sets = [{ name = x, path = nowhere }]")
                        .withFallback(ConfigFactory.load()));
        Platform other = made.platform("other");
        other.stages().meter("evaluate", "scores", "", "");
        StageReporter reporting = StageReporter.start(other);
        try {
            assertThatThrownBy(() -> {
                        while (true) { // until the first report is there
                            RunningRole role = EvaluateRole.start(
                                    kit.system(),
                                    settings,
                                    ClusterSettings.from(ConfigFactory.load()),
                                    made.platform("test-1"),
                                    MadeEvaluations.opener());
                            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
                        }
                    })
                    .isInstanceOf(VitoException.class)
                    .hasMessageContaining("other evaluates on this Kafka already")
                    .hasMessageContaining("vito.cluster.seeds");
        } finally {
            reporting.close();
        }
    }

    private static RunningRole start(String evaluator) {
        EvaluatorSettings settings =
                EvaluatorSettings.from(ConfigFactory.parseString("vito.evaluator { " + evaluator + " }")
                        .withFallback(ConfigFactory.load()));
        return EvaluateRole.start(
                kit.system(),
                settings,
                ClusterSettings.from(ConfigFactory.load()),
                made.platform("test-1"),
                MadeEvaluations.opener());
    }

    private static void ask(KafkaProducer<String, byte[]> producer, EvaluationRequest.Builder request)
            throws Exception {
        producer.send(Topics.EVALUATION_REQUESTS.record(
                        request.setRequestedAtMs(System.currentTimeMillis()).build()))
                .get(120, TimeUnit.SECONDS);
    }
}
