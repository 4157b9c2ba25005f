package org.vito.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.checkpoint.Checkpoints.Verified;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

class CheckpointStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Identity IDENTITY = identity("a.x = 1, a.y = two, a.z { p = 3 }");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    private Path checkpoints;
    private CheckpointStore store;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // the directory is there before
    void open() {
        checkpoints = Checkpoints.directory(data, "r");
        store = open(data, IDENTITY, 2, 0);
        store.beginGeneration(0);
    }

    private static Identity identity(String settings) {
        return Identity.of(ConfigFactory.parseString(settings), List.of("a"), List.of("a.z"));
    }

    private CheckpointStore open(Identity identity, int keep, long keepEvery) {
        return open(data, identity, keep, keepEvery);
    }

    private static CheckpointStore open(Path data, Identity identity, int keep, long keepEvery) {
        return CheckpointStore.open(
                "r",
                data,
                new CheckpointSettings(0, Duration.ZERO, 1, keep, keepEvery, Duration.ofHours(1)),
                identity,
                InstantSource.fixed(NOW));
    }

    private Verified write(long step) {
        return store.write(about(step), directory -> Files.writeString(directory.resolve("weights"), "step " + step));
    }

    private static CheckpointStore.About about(long step) {
        return new CheckpointStore.About(step, 1.5, "resnet50", Map.of(0, 7L, 1, 9L));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static Reason reason(Runnable action) {
        try {
            action.run();
        } catch (VitoException e) {
            return e.reason();
        }
        throw new AssertionError("nothing was refused");
    }

    @Test
    void aCheckpointIsWholeAndNamedByItsManifest() throws IOException {
        Verified written = write(3);
        assertThat(names()).containsExactly("latest", "step-00000003");
        assertThat(Files.readString(checkpoints.resolve("latest"))).isEqualTo("step-00000003\n");
        Verified read = Checkpoints.verify(checkpoints.resolve("step-00000003"));
        assertThat(read.digest())
                .isEqualTo(written.digest())
                .isEqualTo(Sha256.of(checkpoints.resolve("step-00000003/manifest.json")));
        assertThat(read.manifest()).isEqualTo(written.manifest());
        assertThat(read.manifest().files()).containsOnlyKeys("weights", "config.json", "settings.json");
        assertThat(read.manifest().positions()).containsEntry(1, 9L);
        assertThat(read.manifest().generation()).isEqualTo(1);
        assertThat(read.manifest().configDigest())
                .isEqualTo(Sha256.of(read.directory().resolve("config.json")));
        assertThat(Files.readString(read.directory().resolve("config.json")))
                .contains("\"a.y\" : \"two\"")
                .doesNotContain("a.z.p");
        assertThat(Files.readString(read.directory().resolve("settings.json")))
                .contains("\"a.y\" : \"two\"", "\"a.z.p\" : \"3\"");
    }

    @Test
    void aCheckpointWithoutALossIsReadAgain() {
        store.write(new CheckpointStore.About(0, Double.NaN, "resnet50", Map.of()), d -> {});
        assertThat(store.newest().orElseThrow().manifest().loss()).isNaN();
    }

    @Test
    void whatFailsHalfWayLeavesNothing() throws IOException {
        write(1);
        assertThatThrownBy(() -> store.write(about(2), directory -> {
                    Files.writeString(directory.resolve("weights"), "half");
                    throw new IOException("no space left on device");
                }))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("step 2")
                .hasMessageContaining("no space left on device")
                .hasMessageContaining(checkpoints.toString());
        assertThat(names()).containsExactly("latest", "step-00000001");
    }

    @Test
    void whatAKilledLearnerLeftIsRemoved() throws IOException {
        write(1);
        Path half = checkpoints.resolve(".writing-step-00000002-x");
        Files.createDirectories(half);
        Files.writeString(half.resolve("weights"), "half");
        Files.createDirectories(checkpoints.resolve(".removing-step-00000000"));
        CheckpointStore next = open(IDENTITY, 2, 0);
        assertThat(next.beginGeneration(0)).isEqualTo(2);
        assertThat(names()).containsExactly("latest", "step-00000001");
        assertThat(next.newest().orElseThrow().manifest().step()).isEqualTo(1);
    }

    @Test
    void aDamagedCheckpointIsPutAsideAndTheOneBeforeUsed() throws IOException {
        write(1);
        write(2);
        Files.writeString(checkpoints.resolve("step-00000002/weights"), "step 3"); // the same length
        assertThatThrownBy(() -> Checkpoints.verify(checkpoints.resolve("step-00000002")))
                .hasMessageContaining("weights has SHA-256");
        assertThat(Checkpoints.latest(checkpoints).orElseThrow().manifest().step())
                .isEqualTo(1);
        assertThat(store.newest().orElseThrow().manifest().step()).isEqualTo(1);
        assertThat(names()).anyMatch(n -> n.startsWith("damaged-step-00000002"));
        assertThat(write(2).manifest().step()).isEqualTo(2);
        assertThat(store.newest().orElseThrow().manifest().step()).isEqualTo(2);
    }

    @Test
    void halfAManifestAMissingFileAndAnotherSizeAreDamage() throws IOException {
        write(1);
        Path checkpoint = checkpoints.resolve("step-00000001");
        Path manifest = checkpoint.resolve("manifest.json");
        String json = Files.readString(manifest);
        Files.writeString(manifest, json.substring(0, json.length() / 2));
        assertThat(reason(() -> Checkpoints.verify(checkpoint))).isEqualTo(Reason.DAMAGED_CHECKPOINT);
        Files.writeString(manifest, json);
        Files.writeString(checkpoint.resolve("weights"), "longer than before");
        assertThat(reason(() -> Checkpoints.verify(checkpoint))).isEqualTo(Reason.DAMAGED_CHECKPOINT);
        Files.delete(checkpoint.resolve("weights"));
        assertThat(reason(() -> Checkpoints.verify(checkpoint))).isEqualTo(Reason.DAMAGED_CHECKPOINT);
        Files.delete(manifest);
        assertThat(reason(() -> Checkpoints.verify(checkpoint))).isEqualTo(Reason.DAMAGED_CHECKPOINT);
        Files.writeString(manifest, json.replace("\"weights\"", "\"../../generation\""));
        assertThatThrownBy(() -> Checkpoints.verify(checkpoint)).hasMessageContaining("is no name of a file in it");
        assertThat(reason(() -> Checkpoints.verify(checkpoints.resolve("step-00000009"))))
                .isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void otherSettingsAreRefusedByName() {
        write(1);
        assertThatThrownBy(() ->
                        open(identity("a.x = 2, a.y = two, a.w = 4"), 2, 0).newest())
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("a.w is 4, was unset; a.x is 2, was 1;")
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.OTHER_CONFIGURATION);
        assertThat(open(identity("a.y = two, a.x = 1, a.z.p = 99"), 2, 0).newest())
                .as("settings that do not decide what is learned may change")
                .isPresent();
    }

    @Test
    void theNewestTheMultiplesAndThePinnedAreKept() throws IOException {
        store = open(IDENTITY, 2, 4);
        store.beginGeneration(0);
        for (int step = 0; step <= 7; step++) {
            write(step);
            if (step == 1) {
                Checkpoints.pin(checkpoints.resolve("step-00000001"), "knn-1", NOW);
            }
            if (step == 2) {
                Checkpoints.pin(checkpoints.resolve("step-00000002"), "gone", NOW.minus(Duration.ofHours(2)));
            }
            store.retain();
        }
        assertThat(names())
                .containsExactly(
                        "latest", "step-00000000", "step-00000001", "step-00000004", "step-00000006", "step-00000007");
        Checkpoints.verify(checkpoints.resolve("step-00000001"));
        Checkpoints.unpin(checkpoints.resolve("step-00000001"), "knn-1");
        store.retain();
        assertThat(names()).doesNotContain("step-00000001");
        assertThat(reason(() -> Checkpoints.pin(checkpoints.resolve("step-00000001"), "late", NOW)))
                .isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void theLastGoodOneIsKeptWhateverIsNewer() throws IOException {
        store = open(IDENTITY, 1, 0);
        store.beginGeneration(0);
        write(1);
        Files.createDirectories(checkpoints.resolve("step-00000005")); // nobody knows where this came from
        store.retain();
        assertThat(names()).contains("step-00000001");
    }

    @Test
    void anOlderGenerationCanNeitherWriteNorBeginAgain() throws IOException {
        write(1);
        CheckpointStore newer = open(IDENTITY, 2, 0);
        assertThat(newer.beginGeneration(0)).isEqualTo(2);
        assertThat(reason(() -> write(2))).isEqualTo(Reason.FORBIDDEN);
        assertThat(names()).containsExactly("latest", "step-00000001");
        assertThat(reason(() -> store.beginGeneration(1))).isEqualTo(Reason.FORBIDDEN);
        assertThat(newer.beginGeneration(2)).isEqualTo(3);
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        Path file = data.resolve("file");
        Files.writeString(file, "in the way");
        assertThatThrownBy(() -> CheckpointStore.open(
                        "r",
                        file,
                        new CheckpointSettings(0, Duration.ZERO, 1, 1, 0, Duration.ZERO),
                        IDENTITY,
                        InstantSource.fixed(NOW)))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void whereNoneIsWholeTheRunDoesNotSilentlyBeginAnew() throws IOException {
        write(1);
        write(2);
        Files.writeString(checkpoints.resolve("step-00000001/weights"), "other!");
        Files.delete(checkpoints.resolve("step-00000002/weights"));
        assertThatThrownBy(() -> store.newest())
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("none of the 2 checkpoints")
                .hasMessageContaining("step-00000001/weights has SHA-256")
                .hasMessageContaining("step-00000002 lacks the file")
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.DAMAGED_CHECKPOINT);
        assertThat(names()).as("nothing was moved").containsExactly("latest", "step-00000001", "step-00000002");
    }

    @Test
    void aCheckpointOfAnotherVersionIsRefusedAndNotPutAside() throws IOException {
        write(1);
        Path manifest = checkpoints.resolve("step-00000001/manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"format\" : 2", "\"format\" : 9"));
        assertThatThrownBy(() -> store.newest())
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("its format is 9, expected 2")
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.OTHER_CONFIGURATION);
        assertThat(names()).contains("step-00000001");
    }
}
