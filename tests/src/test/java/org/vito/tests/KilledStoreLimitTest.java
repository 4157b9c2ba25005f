package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/**
 * A store that holds a fifth of the videos, and a camera that goes on, under ingest, curate and decode in processes of their own that
 * are killed.
 */
@Tag("system")
class KilledStoreLimitTest {
    private static final int SUBMISSIONS = 24; // every sixth is nowhere to be had
    private static final int VIDEOS = SUBMISSIONS * 5 / 6;
    private static final int RECORDINGS = 10; // of the camera, at least
    private static final int FETCHES = 2;
    private static final int BESIDES = 3 * FETCHES; // fetches under way, and what of as many a kill left unrecorded
    private static final Duration FILM = Duration.ofSeconds(8); // two recordings
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern FULL =
            Pattern.compile("the store is full: of [0-9]+ bytes of videos none is finished");

    @TempDir
    private Path directory;

    private final Map<Integer, byte[]> videos = new TreeMap<>();
    private final Set<String> ids = new TreeSet<>(); // of these
    private final Map<String, VitoProcess> roles = new HashMap<>();
    private long limit; // bytes
    private int largest;
    private byte[] film = {};
    private String source = "";

    @Test
    void eachSubmissionEndsOnceWhatIsAwaitedStaysAndTheStoreStaysSmall() throws Exception {
        for (int number = 0; number < SUBMISSIONS; number++) {
            if (number % 6 != 0) {
                byte[] video = Files.readAllBytes(Videos.generate(directory.resolve(number + ".mp4"), number, 3));
                videos.put(number, video);
                ids.add(Sha256.of(video));
                largest = Math.max(largest, video.length);
                limit += video.length / 5;
            }
        }
        film = Files.readAllBytes(Videos.generate(directory.resolve("film.ts"), SUBMISSIONS, (int) FILM.toSeconds()));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.start();
        try (SystemUnderTest system = new SystemUnderTest(directory);
                LoopingCamera camera = new LoopingCamera(film, FILM)) {
            source = "{ type = live, url = \"%s\", name = camera, length = %ds, backlog = %d }"
                    .formatted(camera.address(), FILM.toSeconds() / 2, 2 * film.length);
            VitoProcess broker = system.start("broker");
            submit(system, server.getAddress().getPort());

            start(system, "ingest");
            awaitFull(1);
            restart(system, "ingest");
            awaitFull(2);
            assertThat(objects())
                    .as("nobody has judged them")
                    .containsAll(stored(system).keySet());

            start(system, "curate");
            system.await(Topics.CURATED, "a decision", PATIENCE, whileSmall(all -> !all.isEmpty()));
            restart(system, "curate");
            start(system, "decode");
            CounterRandom random = CounterRandom.of(5, "kills", 0, 0);
            for (int done = 4; done < VIDEOS; done += 4) {
                awaitDecoded(system, done);
                restart(system, List.of("ingest", "curate", "decode").get(random.nextInt(3)));
                if (done == 12) { // as if the machine lost power
                    roles.values().forEach(system::forget);
                    roles.values().forEach(VitoProcess::kill);
                    system.forget(broker);
                    broker.kill();
                    broker = system.start("broker");
                    for (String role : List.copyOf(roles.keySet())) {
                        start(system, role);
                    }
                }
            }
            awaitDecoded(system, VIDEOS);
            system.await(Topics.SUBMITTED, "recordings", PATIENCE, all -> all.size() > SUBMISSIONS + RECORDINGS);
            camera.switchOff();
            awaitRecordings(system);
            Patience.until("there is room", PATIENCE, () -> bytes() < limit ? true : null);
            for (VitoProcess role : roles.values()) {
                system.forget(role);
                assertThat(role.stop()).as("what is left is finished").isTrue();
            }
            assertEachEndedOnce(system, server.getAddress().getPort());
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private void start(SystemUnderTest system, String role) throws Exception {
        List<String> options = new ArrayList<>(List.of(
                "--config",
                new File(KilledStoreLimitTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "-Dvito.ingest.fetch.allow-networks=[\"127.0.0.1\"]",
                "-Dvito.ingest.per-host={ concurrent = " + FETCHES + ", interval = 0 }",
                "-Dvito.ingest.retry={ base = 200ms, most = 1s }",
                "-Dvito.ingest.sources=[" + source + "]",
                "-Dvito.ingest.store.limit=" + limit,
                "-Dvito.ingest.parallel-fetches=" + FETCHES,
                "-Dvito.ingest.in-flight=" + FETCHES,
                "-Dvito.ingest.retries-in-flight=" + FETCHES));
        roles.put(role, system.start(role, options.toArray(String[]::new)));
    }

    private void awaitFull(int times) throws Exception {
        Path log = directory.resolve("data/logs/ingest.log");
        Patience.until("the store is full", PATIENCE, () -> {
            role("ingest").checkAlive();
            String said = Files.exists(log) ? Files.readString(log) : "";
            return FULL.matcher(said).results().count() >= times ? true : null;
        });
    }

    private VitoProcess role(String name) {
        return Objects.requireNonNull(roles.get(name));
    }

    private void restart(SystemUnderTest system, String role) throws Exception {
        VitoProcess killed = role(role);
        system.forget(killed);
        killed.kill();
        start(system, role);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = videos.get(Integer.parseInt(path.replaceAll("^/|\\.mp4$", "")));
            if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String address(int port, int number) {
        return "http://127.0.0.1:" + port + "/" + number + ".mp4";
    }

    private static void submit(SystemUnderTest system, int port) throws Exception {
        Map<String, Object> properties = new HashMap<>(system.kafka().producer());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            for (int number = 0; number < SUBMISSIONS; number++) {
                String address = address(port, number);
                producer.send(Topics.SUBMITTED.record(VideoSubmission.newBuilder()
                                .setSubmissionId(address)
                                .setUri(address)
                                .build()))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private void awaitDecoded(SystemUnderTest system, int count) throws Exception {
        system.await(Topics.CLIPS, "clips of " + count + " videos", PATIENCE, whileSmall(all -> decoded(all) >= count));
    }

    /** Waits until all that was recorded has ended somewhere. */
    private void awaitRecordings(SystemUnderTest system) throws Exception {
        Patience.until("everything that was recorded is submitted", PATIENCE, () -> {
            try (Stream<Path> files = Files.walk(directory.resolve("data/streams"))) {
                return files.anyMatch(Files::isRegularFile) ? null : true;
            }
        });
        system.await(Topics.SUBMITTED, "nothing that has not ended", PATIENCE, all -> ends(system)
                .keySet()
                .containsAll(ids(all)));
    }

    private static Set<String> ids(List<VideoSubmission> submissions) {
        return submissions.stream().map(VideoSubmission::getSubmissionId).collect(Collectors.toSet());
    }

    /** How often each submission is an origin of a video or the subject of a letter. */
    private static Map<String, Long> ends(SystemUnderTest system) {
        Stream<String> origins = stored(system).values().stream()
                .flatMap(video -> video.getOriginsList().stream())
                .map(Origin::getSubmissionId);
        Stream<String> letters = system.log(Topics.DEAD_LETTERS).messages().stream()
                .map(letter -> submission(letter).getSubmissionId());
        return Stream.concat(origins, letters).collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    }

    private static VideoSubmission submission(DeadLetter letter) {
        try {
            return VideoSubmission.parseFrom(letter.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(letter.getSubject() + ": " + letter.getMessage(), e);
        }
    }

    private long decoded(List<Clip> clips) {
        return clips.stream()
                .map(Clip::getVideoId)
                .filter(ids::contains)
                .distinct()
                .count();
    }

    private <T> Predicate<T> whileSmall(Predicate<T> condition) {
        return all -> {
            assertThat(bytes())
                    .as("bytes in the store")
                    .isLessThan(limit + (long) BESIDES * largest + 3L * film.length);
            return condition.test(all);
        };
    }

    private Set<String> objects() {
        return list().stream()
                .map(object -> object.address().substring("videos/".length()))
                .collect(Collectors.toSet());
    }

    private long bytes() {
        return list().stream().mapToLong(ObjectStore.Stat::sizeBytes).sum();
    }

    private List<ObjectStore.Stat> list() {
        Path objects = directory.resolve("data").resolve("objects");
        try (Stream<ObjectStore.Stat> all = DirectoryObjectStore.open(objects).list("videos")) {
            return all.toList();
        } catch (UncheckedIOException e) {
            return list(); // one went while it was listed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The newest record of each video. */
    private static Map<String, StoredVideo> stored(SystemUnderTest system) {
        Map<String, StoredVideo> newest = new TreeMap<>();
        system.log(Topics.STORED).messages().forEach(video -> newest.put(video.getVideoId(), video));
        return newest;
    }

    private void assertEachEndedOnce(SystemUnderTest system, int port) {
        Map<String, StoredVideo> stored = stored(system);
        videos.forEach((number, video) -> {
            assertThat(stored).containsKey(Sha256.of(video));
            assertThat(Objects.requireNonNull(stored.get(Sha256.of(video))).getOriginsList())
                    .extracting(Origin::getUri)
                    .containsExactly(address(port, number));
        });
        assertThat(ends(system))
                .as("each once")
                .containsOnlyKeys(ids(system.log(Topics.SUBMITTED).messages()))
                .hasSizeGreaterThan(SUBMISSIONS + RECORDINGS)
                .allSatisfy((id, times) -> assertThat(times).as(id).isEqualTo(1));
        assertThat(system.log(Topics.DEAD_LETTERS).messages())
                .as("of those that are nowhere, and recordings that broke off; nobody missed a file")
                .allMatch(letter -> letter.getSubject().startsWith("tcp:")
                        ? Set.of("TOO_SHORT", "DAMAGED_VIDEO").contains(letter.getReasonCode())
                        : letter.getReasonCode().equals("NOT_FOUND")
                                && letter.getSubject().startsWith("http:"));
        assertThat(system.log(Topics.CURATED).messages())
                .allMatch(CurationDecision::getAccepted)
                .extracting(CurationDecision::getVideoId)
                .containsExactlyInAnyOrderElementsOf(stored.keySet());
        assertThat(system.log(Topics.CLIPS).messages())
                .extracting(Clip::getVideoId)
                .as("each is one clip long")
                .containsExactlyInAnyOrderElementsOf(stored.keySet());
    }
}
