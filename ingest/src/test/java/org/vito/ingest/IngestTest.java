package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/** Ingest and curation over a real Kafka, real decoders, real files and a real HTTP server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestTest {
    @TempDir
    static Path directory;

    private final Tail<StoredVideo> stored = new Tail<>(Topics.STORED);
    private final Tail<CurationDecision> curated = new Tail<>(Topics.CURATED);
    private final Tail<DeadLetter> letters = new Tail<>(Topics.DEAD_LETTERS);
    private TestSystem system;
    private Submitter submitter;
    private RunningRole ingest;
    private RunningRole curate;
    private Path watched;

    @BeforeAll
    void start() throws Exception {
        system = new TestSystem(directory);
        watched = Files.createDirectories(directory.resolve("watched"));
        IngestSettings settings =
                system.settings("vito.ingest.sources = [{type = directory, path = \"%s\", settle = 2s, licence = CC0}]"
                        .formatted(watched));
        ingest = IngestRole.start(system.actors, settings, system.decoders, system.platform);
        curate = CurateRole.start(system.actors, settings, system.decoders, system.platform);
        submitter = Submitter.open(TestBroker.access(), system.platform.clock());
    }

    @AfterAll
    void stop() throws Exception {
        TestSystem.stop(ingest);
        TestSystem.stop(curate);
        submitter.close();
        system.close();
        stored.close();
        curated.close();
        letters.close();
    }

    @Test
    void aFileIsStoredAndCurated() throws Exception {
        Path file = TestVideos.write(directory.resolve("a_cat.on+a.mat.mp4"), 75, 1);
        Submitter.Submitted submitted = submitter.submit(file.toString(), "", "CC-BY-4.0");
        assertThat(submitted.ids()).hasSize(1);
        StoredVideo video =
                stored.await(1, v -> v.getVideoId().equals(sha256(file))).get(0);
        assertThat(video.getTitle()).isEqualTo("a cat on a mat");
        assertThat(video.getLicence()).isEqualTo("CC-BY-4.0");
        assertThat(video.getCodec()).isEqualTo("mpeg4");
        assertThat(video.getDurationUs()).isEqualTo(3_000_000);
        assertThat(video.getWidth()).isEqualTo(64);
        assertThat(video.getHeight()).isEqualTo(48);
        assertThat(video.getSizeBytes()).isEqualTo(Files.size(file));
        assertThat(video.getOriginsList()).extracting(Origin::getSubmissionId).isEqualTo(submitted.ids());
        assertThat(Files.readAllBytes(system.platform.objects().localFile(video.getAddress())))
                .isEqualTo(Files.readAllBytes(file));
        CurationDecision decision =
                curated.await(1, d -> d.getVideoId().equals(video.getVideoId())).get(0);
        assertThat(decision.getAccepted()).isTrue();
        assertThat(decision.getCurator()).isEqualTo("accept-all/1");
        assertThat(decision.getReason()).isNotEmpty();
        assertThat(decision.getVideo()).isEqualTo(video);
    }

    @Test
    void theSameBytesAreOneVideoWithEveryOriginAndOneDecision() throws Exception {
        Path one = TestVideos.write(directory.resolve("one.mp4"), 75, 20);
        Path other = Files.copy(one, directory.resolve("other.mp4"));
        String id = sha256(one);
        submitter.submit(one.toString(), "First", "");
        submitter.submit(other.toString(), "Second", "");
        List<StoredVideo> records = stored.await(2, v -> v.getVideoId().equals(id));
        submitter.submit(one.toString(), "First", ""); // again: nothing new
        Path mark = TestVideos.write(directory.resolve("mark.mp4"), 75, 40);
        for (int i = 0; i < 8; i++) { // ids spread over the partitions, so that everything before has passed
            TestBroker.send(Topics.SUBMITTED.name(), "m" + i, json(mark, "m" + i));
        }
        String last = sha256(mark);
        stored.await(8, v -> v.getVideoId().equals(last));
        curated.await(1, d -> d.getVideoId().equals(last));
        assertThat(stored.now(v -> v.getVideoId().equals(id))).hasSize(2);
        assertThat(records.get(1).getOriginsList())
                .extracting(Origin::getUri)
                .containsExactlyInAnyOrder(one.toUri().toString(), other.toUri().toString());
        assertThat(curated.now(d -> d.getVideoId().equals(id))).hasSize(1);
        assertThat(curated.now(d -> d.getVideoId().equals(last))).hasSize(1);
        StoredVideo marked = stored.now(v -> v.getVideoId().equals(last)).get(7);
        assertThat(marked.getOriginsCount()).isEqualTo(8);
    }

    @Test
    void whatIsNoVideoIsOneDeadLetterWithItsReasonAndLeavesNoObject() throws Exception {
        Path text = Files.writeString(directory.resolve("text.mp4"), "This is no video. ".repeat(100));
        Path empty = Files.createFile(directory.resolve("empty.mp4"));
        Path still = TestVideos.write(directory.resolve("still.mp4"), 1, 60);
        Path brief = TestVideos.write(directory.resolve("brief.mp4"), 50, 61);
        Path large = Files.write(directory.resolve("large.mp4"), new byte[(2 << 20) + 1]);
        for (Path file : List.of(text, empty, still, brief, large)) {
            submitter.submit(file.toString(), "", "");
        }
        TestBroker.send(Topics.SUBMITTED.name(), "gone", json(directory.resolve("gone.mp4"), "gone"));
        TestBroker.send(Topics.SUBMITTED.name(), "dir", json(directory, "dir"));
        expect(text, "NOT_A_VIDEO", "ingest.probe");
        expect(empty, "EMPTY", "ingest.fetch");
        expect(still, "TOO_SHORT", "ingest.probe");
        expect(brief, "TOO_SHORT", "ingest.probe");
        expect(large, "TOO_LARGE", "ingest.fetch");
        expect(directory.resolve("gone.mp4"), "NOT_FOUND", "ingest.fetch");
        expect(directory, "BAD_ADDRESS", "ingest.fetch");
        assertThat(system.platform.objects().stat("videos/" + sha256(text))).isEmpty();
        assertThat(system.platform.objects().stat("videos/" + sha256(brief))).isEmpty();
        assertThat(stored.now(v -> v.getVideoId().equals(sha256(brief)))).isEmpty();
    }

    @Test
    void aDamagedRecordIsALetterAndTheStreamGoesOnWithALineOfJson() throws Exception {
        byte[] damage = "xx this is neither protobuf nor JSON".getBytes(StandardCharsets.UTF_8);
        Path file = TestVideos.write(directory.resolve("by hand.mp4"), 75, 80);
        TestBroker.send(Topics.SUBMITTED.name(), "same", damage);
        TestBroker.send(Topics.SUBMITTED.name(), "same", json(file, ""));
        StoredVideo video =
                stored.await(1, v -> v.getVideoId().equals(sha256(file))).get(0);
        assertThat(video.getTitle()).isEqualTo("By hand");
        assertThat(video.getOrigins(0).getSubmissionId()).hasSize(64);
        DeadLetter letter =
                letters.await(1, l -> l.getStage().equals("ingest.read")).get(0);
        assertThat(letter.getReasonCode()).isEqualTo("DAMAGED_RECORD");
        assertThat(letter.getValue().toByteArray()).isEqualTo(damage);
        assertThat(letter.getKey().toStringUtf8()).isEqualTo("same");
    }

    @Test
    void httpIsTriedAgainWhereThatHelpsAndNotWhereItDoesNot() throws Exception {
        byte[] video = Files.readAllBytes(TestVideos.write(directory.resolve("served.mp4"), 75, 100));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger missing = new AtomicInteger();
        server.createContext("/clips/flaky one.mp4", exchange -> {
            boolean ready = asked.incrementAndGet() > 2;
            exchange.sendResponseHeaders(ready ? 200 : 500, ready ? video.length : -1);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(ready ? video : new byte[0]);
            }
        });
        server.createContext("/missing.mp4", exchange -> {
            missing.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.createContext("/broken.mp4", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        try {
            String base = "http://127.0.0.1:" + server.getAddress().getPort();
            submitter.submit(base + "/clips/flaky%20one.mp4", "", "");
            submitter.submit(base + "/missing.mp4", "", "");
            submitter.submit(base + "/broken.mp4", "", "");
            StoredVideo found = stored.await(1, v -> v.getVideoId().equals(Sha256.of(video)))
                    .get(0);
            assertThat(found.getTitle()).isEqualTo("flaky one");
            assertThat(asked).hasValue(3);
            DeadLetter notFound = letters.await(1, l -> l.getSubject().endsWith("/missing.mp4"))
                    .get(0);
            assertThat(notFound.getReasonCode()).isEqualTo("NOT_FOUND");
            assertThat(notFound.getAttempts()).isEqualTo(1);
            assertThat(missing).hasValue(1);
            DeadLetter unreachable = letters.await(1, l -> l.getSubject().endsWith("/broken.mp4"))
                    .get(0);
            assertThat(unreachable.getReasonCode()).isEqualTo("UNREACHABLE");
            assertThat(unreachable.getAttempts()).isEqualTo(3);
            assertThat(VideoSubmission.parseFrom(unreachable.getValue()).getUri())
                    .isEqualTo(base + "/broken.mp4");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aWatchedFileIsTakenOnlyWhenItHasStoppedGrowing() throws Exception {
        byte[] video = Files.readAllBytes(TestVideos.write(directory.resolve("grown.mp4"), 75, 120));
        Path sub = Files.createDirectories(watched.resolve("deep/er"));
        Path growing = sub.resolve("Growing.MP4");
        Path partial = Files.write(watched.resolve("partial.mp4.part"), video);
        Files.write(watched.resolve(".hidden.mp4"), video);
        int step = video.length / 5;
        for (int i = 0; i < 5; i++) {
            byte[] piece = Arrays.copyOfRange(video, i * step, i == 4 ? video.length : (i + 1) * step);
            Files.write(growing, piece, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            awaitLooks(); // each look sees another size, and none the same for as long as a file must stay so
        }
        StoredVideo found =
                stored.await(1, v -> v.getVideoId().equals(Sha256.of(video))).get(0);
        assertThat(found.getOriginsList())
                .extracting(Origin::getUri)
                .containsExactly(growing.toUri().toString());
        assertThat(found.getLicence()).isEqualTo("CC0");
        assertThat(found.getOrigins(0).getSource()).isEqualTo("watch:" + watched);
        assertThat(letters.now(l -> l.getSubject().contains("watched"))).isEmpty();
        Files.move(partial, watched.resolve("whole.mp4"));
        assertThat(stored.await(2, v -> v.getVideoId().equals(Sha256.of(video)))
                        .get(1)
                        .getOriginsCount())
                .isEqualTo(2);
    }

    @Test
    void aManifestSubmitsItsGoodLinesAndNamesTheBad() throws Exception {
        Path list = Files.createDirectories(directory.resolve("lists")).resolve("list.jsonl");
        Path file = TestVideos.write(directory.resolve("lists/of list.mp4"), 75, 140);
        Files.write(
                list,
                List.of(
                        "# a comment",
                        "{\"path\": \"of list.mp4\", \"title\": \"Listed\", \"licence\": \"CC0\"}",
                        "{\"path\": 3}",
                        "not json"));
        Submitter.Submitted submitted = submitter.submit(list.toString(), "", "");
        assertThat(submitted.ids()).hasSize(1);
        assertThat(submitted.refused()).hasSize(2);
        assertThat(submitted.refused().get(1)).contains("list.jsonl:4");
        StoredVideo video =
                stored.await(1, v -> v.getVideoId().equals(sha256(file))).get(0);
        assertThat(video.getTitle()).isEqualTo("Listed");
    }

    @Test
    void anAddressThatLeadsNowhereIsRefusedBeforeItIsSubmitted() {
        assertThatThrownBy(() -> submitter.submit("ftp://example.org/a.mp4", "", ""))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("ftp");
        assertThatThrownBy(
                        () -> submitter.submit(directory.resolve("nowhere.mp4").toString(), "", ""))
                .hasMessageContaining("nowhere.mp4");
        assertThatThrownBy(() -> submitter.submit("http:///a.mp4", "", "")).hasMessageContaining("host");
    }

    @Test
    void theRolesSayThatTheyAreUp() throws Exception {
        TestSystem.until(
                "up",
                () -> ingest.status().health() == RunningRole.Health.UP
                        && curate.status().health() == RunningRole.Health.UP);
        TestSystem.until(
                "idle",
                () -> ingest.status().detail().contains("1 idle")
                        || ingest.status().detail().contains("1 scanning"));
    }

    private void awaitLooks() throws InterruptedException {
        long until = System.nanoTime() + 200_000_000L;
        TestSystem.until("a while", () -> System.nanoTime() > until);
    }

    private void expect(Path file, String reason, String stage) {
        String uri = uri(file);
        List<DeadLetter> found = letters.await(1, l -> l.getSubject().equals(uri));
        assertThat(found).hasSize(1);
        assertThat(found.get(0).getReasonCode()).as(found.get(0).getMessage()).isEqualTo(reason);
        assertThat(found.get(0).getStage()).isEqualTo(stage);
        assertThat(found.get(0).getTopic()).isEqualTo(Topics.SUBMITTED.name());
    }

    private static String uri(Path file) {
        return Files.isDirectory(file) ? file.toString() : file.toUri().toString();
    }

    private static byte[] json(Path file, String id) {
        return "{\"uri\": \"%s\", \"title\": \"By hand\", \"submissionId\": \"%s\"}"
                .formatted(uri(file), id)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(Path file) {
        try {
            return Sha256.of(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
