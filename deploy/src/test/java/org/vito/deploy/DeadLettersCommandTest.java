package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.DeadLetters;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.TopicSetup;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.VideoSubmission;
import picocli.CommandLine;

/** Dead letters in a real Kafka; the tests of replay build on each other. */
@NullUnmarked // JUnit fills the fields
@Timeout(300)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeadLettersCommandTest {
    private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    static Path directory;

    private static EmbeddedBroker broker;
    private static KafkaAccess kafka;

    private StringWriter out;
    private StringWriter err;

    /** 0-0 unreachable, 0-1 not found and old, 0-2 a damaged record, 0-3 a line of a manifest. */
    @BeforeAll
    static void write() throws Exception {
        broker = EmbeddedBroker.start(new BrokerSettings(directory, 0, Duration.ofSeconds(20), 1 << 20));
        kafka = KafkaAccess.to(broker.bootstrapServers());
        TopicSetup.ensure(kafka, (short) -1);
        VideoSubmission a = submission("https://example.org/a.mp4");
        VideoSubmission b = submission("https://example.org/b.mp4");
        send(DeadLetters.of(
                "ingest.fetch",
                a.getUri(),
                refusal(Reason.UNREACHABLE),
                5,
                record(a.toByteArray()),
                at(Instant.now())));
        send(DeadLetters.of(
                "ingest.fetch", b.getUri(), refusal(Reason.NOT_FOUND), 1, record(b.toByteArray()), at(OLD)));
        send(DeadLetters.of(
                "ingest.read", "x\u001b[31m", refusal(Reason.DAMAGED_RECORD), 1, record(new byte[] {-1, 2}), at(OLD)));
        send(DeadLetters.of("ingest.manifest", "list.jsonl:4", refusal(Reason.BAD_ADDRESS), 1, at(OLD)));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void clear() {
        out = new StringWriter();
        err = new StringWriter();
    }

    private int vito(String... words) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of("deadletters"));
        all.addAll(List.of(words));
        all.addAll(List.of("-b", kafka.bootstrapServers()));
        return command.execute(all.toArray(String[]::new));
    }

    private List<String> ids(String... filters) throws Exception {
        clear();
        List<String> words = new ArrayList<>(List.of("list", "--json"));
        words.addAll(List.of(filters));
        assertThat(vito(words.toArray(String[]::new))).as(err::toString).isZero();
        List<String> ids = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            ids.add(new ObjectMapper().readTree(line).get("id").asText());
        }
        return ids;
    }

    @Test
    @Order(1)
    void listsByStageReasonAndTime() throws Exception {
        assertThat(ids()).containsExactly("0-0", "0-1", "0-2", "0-3");
        assertThat(ids("--stage", "ingest")).hasSize(4);
        assertThat(ids("--stage", "ingest.fetch", "--stage", "ingest.manifest")).containsExactly("0-0", "0-1", "0-3");
        assertThat(ids("--stage", "ing")).isEmpty();
        assertThat(ids("--reason", "not_found", "--reason", "BAD_ADDRESS")).containsExactly("0-1", "0-3");
        assertThat(ids("--since", "1h")).containsExactly("0-0");
        assertThat(ids("--since", "2026-01-01")).hasSize(4);
        assertThat(ids("--since", "2026-01-01T00:00:01Z")).containsExactly("0-0");
        assertThat(ids("--limit", "2")).containsExactly("0-2", "0-3");
        assertThat(vito("list")).isZero();
        assertThat(out.toString())
                .contains("0-1", "2026-01-01T00:00:00Z", "ingest.fetch", "NOT_FOUND", "https://example.org/b.mp4")
                .doesNotContain("\u001b");
    }

    @Test
    @Order(1)
    void showsEverythingWithTheRecordDecoded() throws Exception {
        assertThat(vito("show", "0-0", "0-2")).as(err::toString).isZero();
        assertThat(out.toString())
                .contains("UNREACHABLE", "because", "vito.videos.submitted", "\"uri\" : \"https://example.org/a.mp4\"")
                .contains("ff 02")
                .doesNotContain("\u001b");
        clear();
        assertThat(vito("show", "--json", "0-0")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.get("attempts").asInt()).isEqualTo(5);
        assertThat(json.get("offset").asLong()).isEqualTo(7);
        assertThat(json.get("key").asText()).isEqualTo("key");
        assertThat(json.get("record").get("uri").asText()).isEqualTo("https://example.org/a.mp4");
        assertThat(Base64.getDecoder().decode(json.get("value").asText()))
                .isEqualTo(submission("https://example.org/a.mp4").toByteArray());
    }

    @Test
    @Order(1)
    void whatIsNotThereOrNoIdIsNamed() {
        assertThat(vito("show", "0-0", "0-99", "3-1")).isEqualTo(1);
        assertThat(err.toString()).contains("0-99, 3-1");
        assertThat(vito("show", "seventeen")).isEqualTo(2);
        assertThat(err.toString()).contains("'seventeen'", "0-17");
        assertThat(vito("replay", "0-0", "0-98")).isEqualTo(1);
        assertThat(err.toString()).contains("0-98; nothing was sent");
        assertThat(vito("replay")).isEqualTo(2);
        assertThat(err.toString()).contains("--all");
        assertThat(vito("list", "--reason", "BORED")).isEqualTo(2);
        assertThat(err.toString()).contains("BORED", "UNREACHABLE");
        assertThat(vito("list", "--since", "yesterday")).isEqualTo(2);
        assertThat(err.toString()).contains("yesterday");
        assertThat(submitted()).isEmpty();
    }

    @Test
    @Order(2)
    void aDryRunSendsNothing() {
        assertThat(vito("replay", "--all", "--dry-run")).as(err::toString).isZero();
        assertThat(out.toString()).contains("0-0", "would send 3 to vito.videos.submitted", "1 left out", "0-3");
        assertThat(submitted()).isEmpty();
    }

    @Test
    @Order(3)
    void aReplayGivesTheRecordBackOnceAndMarked() throws Exception {
        assertThat(vito("replay", "0-0")).as(err::toString).isZero();
        assertThat(out.toString()).contains("sent 1 to vito.videos.submitted");
        assertThat(vito("replay", "--stage", "ingest.fetch")).isZero();
        assertThat(out.toString()).contains("1 left out: replayed before");
        assertThat(vito("replay", "--stage", "ingest.fetch")).isZero();
        assertThat(out.toString()).contains("sent 0", "2 left out: replayed before");
        List<ConsumerRecord<String, byte[]>> records = submitted();
        assertThat(records).hasSize(2).allMatch(DeadLetters::isReplay);
        assertThat(records)
                .extracting(r -> Topics.SUBMITTED.read(r).getUri())
                .containsExactlyInAnyOrder("https://example.org/a.mp4", "https://example.org/b.mp4");
        assertThat(records).extracting(ConsumerRecord::key).containsOnly("key");
        assertThat(vito("replay", "0-0", "--again")).isZero();
        List<ConsumerRecord<String, byte[]>> all = submitted();
        while (all.size() < 3) { // what was said to be committed is to be read a moment later; the time limit ends it
            all = submitted();
        }
        assertThat(all).hasSize(3);
        assertThat(ids()).containsExactly("0-0", "0-1", "0-2", "0-3");
        assertThat(out.toString().lines().filter(l -> l.contains("\"replayed\":true")))
                .hasSize(2);
    }

    private static List<ConsumerRecord<String, byte[]>> submitted() {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        try (var consumer = new KafkaConsumer<String, byte[]>(new HashMap<String, Object>(kafka.reader("test")))) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.SUBMITTED.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        return found;
    }

    private static VideoSubmission submission(String uri) {
        return VideoSubmission.newBuilder().setUri(uri).setSubmissionId(uri).build();
    }

    private static ConsumerRecord<String, byte[]> record(byte[] value) {
        return new ConsumerRecord<>(Topics.SUBMITTED.name(), 2, 7, "key", value);
    }

    private static VitoException refusal(Reason reason) {
        return new VitoException(reason, "because");
    }

    private static InstantSource at(Instant time) {
        return InstantSource.fixed(time);
    }

    private static void send(DeadLetter letter) throws Exception {
        try (var producer = new KafkaProducer<String, byte[]>(new HashMap<String, Object>(kafka.producer()))) {
            ProducerRecord<String, byte[]> record = Topics.DEAD_LETTERS.record(letter);
            producer.send(record).get(120, TimeUnit.SECONDS);
        }
    }
}
