package org.vito.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.augment.Images;
import org.vito.evaluator.data.MadeDavis;
import org.vito.evaluator.data.TinyImages;
import org.vito.evaluator.feed.TopicFollower;
import org.vito.evaluator.picture.PictureStore;
import org.vito.protocol.Platform;
import org.vito.protocol.RunningRole;
import org.vito.protocol.RunningRole.Health;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/** Both roles against a real Kafka, a real server and real images; the network alone is a small fixed one. */
class RolesTest {
    private static final ActorTestKit kit = ActorTestKit.create();
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final ObjectMapper json = new ObjectMapper();

    @TempDir
    static Path directory;

    private static final EvaluatorSettings.Pictures PICTURES = new EvaluatorSettings.Pictures(Optional.empty(), 4);

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
    void scoresCheckpointsAndAfterARestartOnlyWhatIsNew() throws Exception {
        Path images = directory.resolve("tiny");
        TinyImages.write(images);
        Path videos = directory.resolve("davis");
        MadeDavis.write(videos);
        Path masks = directory.resolve("masks");
        EvaluatorSettings settings = EvaluatorSettings.from(ConfigFactory.parseString(
                        "vito.evaluator { data-sets = [{ name = tiny, path = \"%s\" }, { name = none, path = nowhere },"
                                        .formatted(images)
                                + " { name = davis, path = \"%s\", kind = davis }],".formatted(videos)
                                + " video-limit = 1, propagation.masks = \"%s\",".formatted(masks)
                                + " linear.epochs = 5, back-off = 1s }")
                .withFallback(ConfigFactory.load()));
        BlockingQueue<EvaluationScore> scores = new LinkedBlockingQueue<>();
        TopicFollower follower = made.follow("role", scores);
        try (KafkaProducer<String, byte[]> producer = made.producer()) {
            producer.send(new ProducerRecord<>(Topics.CHECKPOINTS.name(), "x/1", new byte[] {1, 2, 3}))
                    .get(120, TimeUnit.SECONDS); // damaged
            CheckpointAnnouncement first = made.checkpoint("role", 1);
            UntrainedNetwork.write(directory.resolve("role-1"), "architecture = resnet18");
            producer.send(Topics.CHECKPOINTS.record(first)).get(120, TimeUnit.SECONDS);
            producer.send(Topics.CHECKPOINTS.record(made.checkpoint("role", 2).toBuilder()
                            .setAddress(directory.resolve("deleted").toUri().toString())
                            .build()))
                    .get(120, TimeUnit.SECONDS);
            RunningRole role = EvaluateRole.start(
                    kit.system(),
                    settings,
                    ClusterSettings.from(ConfigFactory.load()),
                    made.platform("test-1"),
                    MadeEvaluations.opener());
            Map<String, EvaluationScore> settled = MadeEvaluations.settled(scores, 10);
            assertThat(MadeEvaluations.need(settled, "1/knn/tiny").getState()).isEqualTo(ScoreState.SCORED);
            assertThat(MadeEvaluations.need(settled, "1/linear/tiny").getState())
                    .isEqualTo(ScoreState.SCORED);
            assertThat(MadeEvaluations.need(settled, "1/knn/tiny").getMetrics(0).getName())
                    .isEqualTo("top1");
            assertThat(MadeEvaluations.need(settled, "1/knn/tiny").getMetrics(0).getValue())
                    .isEqualTo(1.0);
            assertThat(MadeEvaluations.need(settled, "1/knn/none").getReason())
                    .startsWith("BAD_DATA_SET: data set none: ");
            assertThat(MadeEvaluations.need(settled, "2/knn/tiny").getReason())
                    .startsWith("DAMAGED_CHECKPOINT: ")
                    .contains("deleted");
            EvaluationScore propagation = MadeEvaluations.need(settled, "1/propagation/davis");
            assertThat(propagation.getState()).isEqualTo(ScoreState.SCORED);
            assertThat(propagation.getMetrics(0).getName()).isEqualTo("j-and-f");
            assertThat(propagation.getMetrics(0).getValue()).isBetween(0.6, 1.0);
            assertThat(masks.resolve("role/1/davis/one/00006.png")).isRegularFile();
            assertThat(PICTURES.store(made.platform("test-1")).list("role"))
                    .contains(
                            new PictureStore.Entry(1, "davis", "masks"),
                            new PictureStore.Entry(1, "tiny", "neighbours"));
            assertThat(MadeEvaluations.need(settled, "2/propagation/davis").getReason())
                    .startsWith("DAMAGED_CHECKPOINT: ");
            assertThat(role.status().role()).isEqualTo("evaluate");
            role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
            assertThat(role.status().health()).isEqualTo(Health.STOPPED);

            producer.send(Topics.CHECKPOINTS.record(made.checkpoint("role", 3))).get(120, TimeUnit.SECONDS);
            scores.clear();
            RunningRole second = EvaluateRole.start(
                    kit.system(),
                    settings,
                    ClusterSettings.from(ConfigFactory.load()),
                    made.platform("test-1"),
                    MadeEvaluations.opener());
            // what failed for want of a data set is tried again, what was scored is not
            Map<String, EvaluationScore> news = MadeEvaluations.settled(scores, 9);
            assertThat(news.keySet())
                    .containsExactlyInAnyOrder(
                            "3/knn/tiny",
                            "3/linear/tiny",
                            "3/propagation/davis",
                            "3/knn/none",
                            "3/linear/none",
                            "1/knn/none",
                            "1/linear/none",
                            "2/knn/none",
                            "2/linear/none");
            second.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
        } finally {
            follower.close();
        }
    }

    @Test
    void servesThePageItsStateAndWhatIsNew() throws Exception {
        Platform platform = made.platform("test-1");
        platform.stages().meter("learn", "steps", "", "").passed(3);
        DashboardRole.Running role = DashboardRole.start(
                kit.system(),
                new DashboardSettings("127.0.0.1", 0, Optional.of(directory.resolve("tensorboard")), PICTURES),
                platform);
        try (MadeData data = new MadeData(kafka.access(), System.currentTimeMillis())) {
            data.everything(120, 240);
            data.stages(System.currentTimeMillis());
            HttpResponse<String> page = get(role, "");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'")
                    .doesNotContain("unsafe");
            assertThat(page.body()).contains("id=\"loss-chart\"", "id=\"stages\"", "id=\"dead-letters\"");
            for (String file : List.of("style.css", "chart.js", "state.js", "app.js")) {
                assertThat(get(role, file).statusCode()).as(file).isEqualTo(200);
                assertThat(get(role, file).body()).doesNotContain("http://", "https://", "innerHTML");
            }
            assertThat(get(role, "health").statusCode()).isEqualTo(200);
            assertThat(get(role, "metrics").body())
                    .contains("vito_stage_passed_total{stage=\"learn\",unit=\"steps\"} 3.0");
            assertThat(get(role, "nothing").statusCode()).isEqualTo(404);
            assertThat(get(role, "api/nothing").statusCode()).isEqualTo(404);

            JsonNode state = await(
                    role,
                    s -> s.at("/counts/accepted").asInt() == 373
                            && s.at("/counts/rejected").asInt() == 47
                            && !s.at("/readingHistory").asBoolean()
                            && s.at("/deadLetters/total").asInt() >= 26
                            && stageOf(s, "ingest").at("/passed").asInt() == 420
                            && runOf(s, MadeData.RUN).at("/state/step").asInt() == 120);
            String newest = "vito_score_step{data_set=\"fashion-mnist\",metric=\"top1\",run=\"" + MadeData.RUN
                    + "\",task=\"knn\"} 110.0";
            kit.createTestProbe().awaitAssert(Duration.ofMinutes(2), () -> assertThat(
                            get(role, "metrics").body())
                    .contains(newest));
            assertThat(runOf(state, MadeData.RUN).at("/curve").size()).isEqualTo(120);

            JsonNode ingest = stageOf(state, "ingest");
            assertThat(ingest.at("/note").asText()).isEqualTo("the store is full");
            assertThat(ingest.at("/sources").size()).isEqualTo(2);
            assertThat(ingest.at("/sources/0/name").asText()).isEqualTo("a crossing");
            assertThat(ingest.at("/sources/0/receivedBytes").asLong()).isEqualTo(1_530_000_000L);
            assertThat(ingest.at("/sources/0/bytesPerSecond").asDouble()).isEqualTo(312_000);
            assertThat(ingest.at("/sources/1/refused").asInt()).isEqualTo(3);

            JsonNode decision = state.at("/decisions/0");
            assertThat(decision.at("/video").asText()).isEqualTo("v419");
            assertThat(decision.at("/reason").asText()).startsWith("The title says ");
            HttpResponse<byte[]> picture = http.send(
                    HttpRequest.newBuilder(role.address().resolve("thumbnails/v419"))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(picture.headers().firstValue("Content-Type")).hasValue("image/jpeg");
            assertThat(picture.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(ImageIO.read(new ByteArrayInputStream(picture.body())).getWidth())
                    .isEqualTo(170);
            assertThat(get(role, "thumbnails/v1").statusCode())
                    .as("no longer kept")
                    .isEqualTo(404);
            assertThat(get(role, "thumbnails/..%2F..%2Fetc%2Fpasswd").statusCode())
                    .isEqualTo(404);

            byte[] png = Images.png(1, 1, new byte[] {1, 2, 3});
            PICTURES.store(platform).put("some.run", new PictureStore.Entry(7, "set", "masks"), png);
            assertThat(json.readTree(get(role, "api/pictures?run=some.run").body())
                            .toString())
                    .isEqualTo("[{\"step\":7,\"dataSet\":\"set\",\"name\":\"masks\"}]");
            HttpResponse<byte[]> served = http.send(
                    HttpRequest.newBuilder(role.address().resolve("pictures/some.run/7/set/masks.png"))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(served.headers().firstValue("Content-Type")).hasValue("image/png");
            assertThat(served.body()).isEqualTo(png);
            assertThat(get(role, "pictures/some.run/7/set/other.png").statusCode())
                    .isEqualTo(404);
            assertThat(get(role, "pictures/..%2Fsome.run/7/set/masks.png").statusCode())
                    .isEqualTo(404);
            assertThat(get(role, "api/pictures?run=..").body()).isEqualTo("[]");

            BlockingQueue<String> events = new LinkedBlockingQueue<>();
            Thread reader = listen(role, events);
            assertThat(events.poll(120, TimeUnit.SECONDS)).startsWith("{\"instance\"");
            data.score(9_999, "knn", "brand-new", 0.5);
            data.flush();
            String seen;
            do {
                seen = events.poll(120, TimeUnit.SECONDS);
                assertThat(seen).as("an event with the new score").isNotNull();
            } while (!seen.contains("brand-new"));
            reader.interrupt();
        }
        assertThat(role.status().health()).isEqualTo(Health.UP);
        assertThatThrownBy(() -> DashboardRole.start(
                        kit.system(),
                        new DashboardSettings("127.0.0.1", role.address().getPort(), Optional.empty(), PICTURES),
                        made.platform("test-1")))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(
                        "cannot listen on 127.0.0.1:" + role.address().getPort());
        role.stop().toCompletableFuture().get(120, TimeUnit.SECONDS);
        assertThat(role.status().health()).isEqualTo(Health.STOPPED);
        try (Stream<Path> files = Files.list(directory.resolve("tensorboard/" + MadeData.RUN))) {
            byte[] events = Files.readAllBytes(files.findFirst().orElseThrow());
            assertThat(new String(events, StandardCharsets.ISO_8859_1))
                    .contains("brain.Event:2", "train/loss", "score/fashion-mnist/knn/top1");
        }
    }

    private static JsonNode stageOf(JsonNode state, String name) {
        return StreamSupport.stream(state.at("/stages").spliterator(), false)
                .filter(s -> s.at("/stage").asText().equals(name))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private static JsonNode runOf(JsonNode state, String run) {
        for (JsonNode one : state.at("/runs")) {
            if (one.at("/state/run").asText().equals(run)) {
                return one;
            }
        }
        return json.createObjectNode();
    }

    private static JsonNode await(DashboardRole.Running role, java.util.function.Predicate<JsonNode> wanted)
            throws Exception {
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        JsonNode state;
        do {
            state = json.readTree(get(role, "api/state").body());
        } while (!wanted.test(state) && System.nanoTime() < until);
        assertThat(wanted.test(state)).as("state %s", state.toString()).isTrue();
        return state;
    }

    private static Thread listen(DashboardRole.Running role, BlockingQueue<String> events) throws Exception {
        var response = http.send(
                HttpRequest.newBuilder(role.address().resolve("events")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("text/event-stream"));
        Thread reader = new Thread(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                lines.lines().filter(l -> l.startsWith("data:{")).forEach(l -> events.add(l.substring(5)));
            } catch (IOException | java.io.UncheckedIOException e) {
                events.add("ended: " + e);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private static HttpResponse<String> get(DashboardRole.Running role, String path) throws Exception {
        URI address = role.address().resolve(path);
        return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }
}
