package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/** The curate role, in a process of its own, killed while it judges and while it judges again. */
@Tag("system")
class KilledCurateTest {
    private static final int VIDEOS = 300;
    private static final int CAP = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void capsHoldAndEachVideoIsJudgedOnceAndOnceMoreWhereAskedFor() throws Exception {
        Path vocabulary = Files.writeString(directory.resolve("classes.txt"), "crane\nheron\n");
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            system.start("broker");
            VitoProcess curate = curate(system, vocabulary);
            store(system);
            awaitDecisions(system, VIDEOS / 4);
            curate = killed(system, curate, vocabulary);
            awaitDecisions(system, VIDEOS / 2);
            curate = killed(system, curate, vocabulary);
            List<CurationDecision> first = awaitDecisions(system, VIDEOS);
            assertThat(count(first)).containsValue(1L).hasSize(VIDEOS);
            assertThat(accepted(first)).isEqualTo(Map.of("crane", (long) CAP, "heron", (long) CAP));

            Files.writeString(vocabulary, "crane\negret, stork\n"); // herons go, storks come
            system.forget(curate);
            curate.kill();
            curate = curate(system, vocabulary);
            VitoProcess replay = system.start("curate replay", "--all");
            system.forget(replay);
            assertThat(replay.awaitEnd(PATIENCE)).as(replay.tail()).isZero();
            awaitDecisions(system, VIDEOS + VIDEOS / 4);
            curate = killed(system, curate, vocabulary);
            awaitDecisions(system, VIDEOS + VIDEOS / 2);
            curate = killed(system, curate, vocabulary);
            List<CurationDecision> all = awaitDecisions(system, 2 * VIDEOS);
            assertThat(count(all)).hasSize(VIDEOS);
            assertThat(count(all).values()).as("judged twice, each of them").containsOnly(2L);
            Map<String, CurationDecision> last = new HashMap<>();
            all.forEach(decision -> last.put(decision.getVideoId(), decision));
            assertThat(accepted(List.copyOf(last.values())))
                    .isEqualTo(Map.of("crane", (long) CAP, "egret", (long) CAP));
            system.forget(curate);
            assertThat(curate.stop()).isTrue();
            VitoProcess balance = system.start("curate balance", settings(vocabulary, "--json"));
            system.forget(balance);
            assertThat(balance.awaitEnd(PATIENCE)).as(balance.tail()).isZero();
            assertThat(balance.tail())
                    .contains(
                            "{\"category\":\"crane\",\"accepted\":40,\"target\":40,\"missing\":0,\"cap\":40,\"capped\":60}")
                    .contains(
                            "{\"category\":\"egret\",\"accepted\":40,\"target\":40,\"missing\":0,\"cap\":40,\"capped\":60}")
                    .doesNotContain("heron");
        }
    }

    private static VitoProcess curate(SystemUnderTest system, Path vocabulary) throws Exception {
        return system.start(
                "curate",
                settings(
                        vocabulary,
                        "-Dvito.ingest.curate.batch=3", // so that there are many transactions
                        "-Dvito.ingest.curate.thumbnail.short-side=0",
                        "-Dvito.decode.children=1"));
    }

    private static String[] settings(Path vocabulary, String... more) {
        return Stream.concat(
                        Stream.of(
                                "-Dvito.ingest.curate.rule=videonet",
                                "-Dvito.ingest.curate.videonet.vocabulary=" + vocabulary,
                                "-Dvito.ingest.curate.balance.cap=" + CAP,
                                "-Dvito.ingest.curate.balance.target=" + CAP),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private static VitoProcess killed(SystemUnderTest system, VitoProcess curate, Path vocabulary) throws Exception {
        system.forget(curate);
        curate.kill();
        return curate(system, vocabulary);
    }

    private static void store(SystemUnderTest system) throws Exception {
        String[] names = {"crane", "heron", "stork"};
        Map<String, Object> properties = new HashMap<>(system.kafka().producer());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            for (int number = 0; number < VIDEOS; number++) {
                producer.send(Topics.STORED.record(StoredVideo.newBuilder()
                                .setVideoId(Sha256.of(new byte[] {(byte) number, (byte) (number >> 8)}))
                                .setTitle("One " + names[number % names.length])
                                .setDurationUs(20_000_000)
                                .build()))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static List<CurationDecision> awaitDecisions(SystemUnderTest system, int count) throws Exception {
        return system.await(Topics.CURATED, count + " decisions", PATIENCE, all -> all.size() >= count);
    }

    private static Map<String, Long> count(List<CurationDecision> decisions) {
        return decisions.stream().collect(Collectors.groupingBy(CurationDecision::getVideoId, Collectors.counting()));
    }

    private static Map<String, Long> accepted(List<CurationDecision> decisions) {
        return decisions.stream()
                .filter(CurationDecision::getAccepted)
                .collect(Collectors.groupingBy(CurationDecision::getCategory, Collectors.counting()));
    }
}
