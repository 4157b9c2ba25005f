package org.vito.learner.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.learner.SmallDisk;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Checkpoints on a disk that is really full, and on one that really cannot be written. */
class FullDiskTest {
    private static final int WEIGHTS = 1 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path place;

    private SmallDisk disk;
    private CheckpointStore store;
    private Path checkpoints;

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // the directory is there before
    void mount() throws Exception {
        disk = SmallDisk.mount(place, "4m");
        store = open();
        store.beginGeneration(0);
        checkpoints = Checkpoints.directory(disk.root(), "r");
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            disk.close();
        }
    }

    private CheckpointStore open() {
        return CheckpointStore.open(
                "r",
                disk.root(),
                new CheckpointSettings(0, Duration.ZERO, 1, 5, 0, Duration.ZERO),
                Identity.of(ConfigFactory.parseString("a.x = 1"), List.of("a"), List.of()),
                InstantSource.system());
    }

    private Checkpoints.Verified write(long step) {
        return store.write(
                new CheckpointStore.About(step, 1.5, "resnet50", Map.of()),
                directory -> Files.write(directory.resolve("weights"), new byte[WEIGHTS]));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFullDiskLeavesTheLastGoodOneAndNothingElse() throws Exception {
        write(1);
        disk.fill();
        assertThatThrownBy(() -> write(2))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(checkpoints.toString())
                .hasMessageContaining("step 2, which needs about 2 MiB; that of step 1 is kept")
                .hasMessageContaining("No space left on device")
                .hasMessageContaining("MiB free")
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.STORAGE);
        assertThat(names()).containsExactly("latest", "step-00000001");
        assertThat(store.newest().orElseThrow().manifest().step()).isEqualTo(1);
        disk.free();
        assertThat(write(2).manifest().step()).isEqualTo(2);
        assertThat(open().newest().orElseThrow().manifest().step()).isEqualTo(2);
    }

    @Test
    void aDiskThatFillsUpWhileItIsWrittenLeavesNothingEither() throws Exception {
        write(1);
        write(2);
        assertThatThrownBy(() -> {
                    write(3);
                    write(4);
                })
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("No space left on device");
        assertThat(names()).noneMatch(n -> n.startsWith("."));
        Checkpoints.list(checkpoints).forEach(Checkpoints::verify);
    }

    @Test
    void aDiskThatMayOnlyBeReadIsNamed() throws Exception {
        write(1);
        disk.readOnly(true);
        assertThatThrownBy(() -> write(2))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining(checkpoints.toString())
                .hasMessageContaining("Read-only file system")
                .extracting(e -> ((VitoException) e).reason())
                .isEqualTo(Reason.STORAGE);
        assertThatThrownBy(() -> open().beginGeneration(0))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("Read-only file system");
        assertThat(store.newest().orElseThrow().manifest().step()).isEqualTo(1);
        disk.readOnly(false);
        write(2);
        assertThat(names()).containsExactly("latest", "step-00000001", "step-00000002");
    }
}
