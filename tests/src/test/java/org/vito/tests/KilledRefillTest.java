package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.LearnerSettings;
import org.vito.learner.checkpoint.CheckpointStore;
import org.vito.learner.model.TrainingModel;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/** The curate role, in a process of its own, killed while it fills the index of a checkpoint that came while it judged. */
@Tag("system")
class KilledRefillTest {
    private static final int VIDEOS = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void eachVideoIsAskedAboutAndJudgedOnceMoreByTheNewerCheckpoint() throws Exception {
        try (SystemUnderTest system = new SystemUnderTest(directory)) {
            writeCheckpoint(system.data(), 10);
            system.start("broker");
            VitoProcess curate = curate(system);
            List<String> ids = new ArrayList<>();
            for (int number = 0; number < VIDEOS; number++) {
                ids.add(store(system, number));
            }
            List<CurationDecision> first =
                    system.await(Topics.CURATED, "all once", PATIENCE, all -> all.size() == VIDEOS);
            String old = first.get(0).getNetwork();
            assertThat(first).allMatch(decision -> decision.getNetwork().equals(old) && decision.getAccepted());

            writeCheckpoint(system.data(), 20);
            ids.add(store(system, VIDEOS)); // so that it looks
            for (int some : List.of(4, 8, 16)) {
                awaitAgain(system, old, some);
                system.forget(curate);
                curate.kill();
                curate = curate(system);
            }
            awaitAgain(system, old, VIDEOS + 1);
            system.forget(curate);
            assertThat(curate.stop()).isTrue();
            assertThat(system.log(Topics.CURATION_REQUESTS).messages())
                    .extracting(request -> request.getBefore().getVideoId())
                    .as("asked once about each before")
                    .containsExactlyInAnyOrderElementsOf(ids.subList(0, VIDEOS));
            List<CurationDecision> newer = byAnother(system.log(Topics.CURATED).messages(), old);
            assertThat(newer)
                    .extracting(CurationDecision::getVideoId)
                    .as("judged once more, each of them")
                    .containsExactlyInAnyOrderElementsOf(ids);
            assertThat(newer)
                    .extracting(CurationDecision::getNetwork)
                    .containsOnly(newer.get(0).getNetwork());
            assertThat(newer)
                    .filteredOn(decision -> decision.getFirstAcceptedAtMs() == 0)
                    .as("those that decode has not seen")
                    .extracting(CurationDecision::getVideoId)
                    .containsExactly(ids.get(VIDEOS));
            assertThat(system.log(Topics.DEAD_LETTERS).messages()).isEmpty();
        }
    }

    private VitoProcess curate(SystemUnderTest system) throws Exception {
        return system.start(
                "curate",
                "--config",
                new File(KilledRefillTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "-Dvito.ingest.curate.rule=neighbours",
                "-Dvito.ingest.curate.batch=2", // so that there are many transactions
                "-Dvito.ingest.curate.thumbnail.short-side=0",
                "-Dvito.ingest.curate.neighbours={ network = tiny, refresh = 100ms, duplicates = 2 }",
                "-Dvito.ingest.curate.neighbours.refill={ requests = 2, every = 300ms }");
    }

    private static void awaitAgain(SystemUnderTest system, String old, int count) throws Exception {
        system.await(
                Topics.CURATED,
                count + " judged again",
                PATIENCE,
                all -> byAnother(all, old).size() >= count);
    }

    private static List<CurationDecision> byAnother(List<CurationDecision> decisions, String network) {
        return decisions.stream()
                .filter(decision -> !decision.getNetwork().equals(network))
                .toList();
    }

    private static void writeCheckpoint(Path data, int step) {
        LearnerSettings settings =
                LearnerSettings.from(ConfigFactory.parseResources(KilledRefillTest.class.getClassLoader(), "tiny.conf")
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        CheckpointStore store = CheckpointStore.open(
                "tiny", data, settings.run().checkpoint(), settings.run().identity(), InstantSource.system());
        store.beginGeneration(0);
        try (TrainingModel model = TrainingModel.create(settings.model(), 1)) {
            String architecture = settings.model().architecture();
            store.write(new CheckpointStore.About(step, 1, architecture, Map.of()), model::save);
        }
    }

    /** @return its id */
    private String store(SystemUnderTest system, int number) throws Exception {
        Path file = Videos.generate(directory.resolve(number + ".mp4"), number, 3);
        ObjectStore.Put put;
        try (InputStream bytes = Files.newInputStream(file)) {
            put = DirectoryObjectStore.open(system.data().resolve("objects")).put("videos", bytes, Long.MAX_VALUE);
        }
        Map<String, Object> properties = new HashMap<>(system.kafka().producer());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            producer.send(Topics.STORED.record(StoredVideo.newBuilder()
                            .setVideoId(put.sha256())
                            .setAddress(put.address())
                            .setSizeBytes(put.sizeBytes())
                            .setDurationUs(3_000_000)
                            .setFramesPerSecond(12)
                            .build()))
                    .get(60, TimeUnit.SECONDS);
        }
        return put.sha256();
    }
}
