package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
    @TempDir
    Path directory;

    private Path in;
    private Ledger ledger;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void open() throws IOException {
        in = Files.createDirectories(directory.resolve("in"));
        ledger = Ledger.open(directory.resolve("ledgers"), "test");
    }

    @AfterEach
    void close() throws IOException {
        ledger.close();
    }

    @Test
    void aFileIsTakenAfterTwoEqualLooksAsFarApartAsItMustSettle() throws IOException {
        try (DirectorySource source = source(true, true, 100)) {
            Path file = Files.writeString(in.resolve("a.mp4"), "1");
            assertThat(source.look(ledger).found()).isEmpty();
            now = now.plusMillis(1999);
            assertThat(source.look(ledger).found()).isEmpty();
            Files.writeString(file, "2", StandardOpenOption.APPEND);
            now = now.plusMillis(1);
            Look grown = source.look(ledger);
            assertThat(grown.found()).isEmpty();
            assertThat(grown.again()).isEqualTo(Duration.ofSeconds(2));
            now = now.plusSeconds(2);
            Look settled = source.look(ledger);
            assertThat(settled.found()).extracting(Look.Found::address).containsExactly(file.toUri());
            assertThat(settled.again()).isEqualTo(Duration.ofMinutes(1));
            ledger.add(settled.found().stream().map(Look.Found::id).toList());
            now = now.plusSeconds(60);
            assertThat(source.look(ledger).found()).isEmpty();
            Files.writeString(file, "changed");
            source.look(ledger);
            now = now.plusSeconds(2);
            assertThat(source.look(ledger).found()).hasSize(1);
        }
    }

    @Test
    void onlyVisibleFinishedVideosCount() throws IOException {
        for (String name :
                List.of("b.MP4", ".c.mp4", "d.mp4.part", "e.crdownload", "f.tmp", "g.txt", "sub/h.mkv", ".i/j.mp4")) {
            Files.createDirectories(in.resolve(name).getParent());
            Files.writeString(in.resolve(name), name);
        }
        assertThat(names(source(false, true, 100))).containsExactlyInAnyOrder("b.MP4", "h.mkv");
        assertThat(names(source(false, false, 100))).containsExactly("b.MP4");
    }

    @Test
    void manyAreTakenABatchAtATimeUntilNoneIsLeft() throws IOException {
        for (int i = 0; i < 7; i++) {
            Files.writeString(in.resolve(i + ".mp4"), "x");
        }
        try (DirectorySource source = source(false, true, 3)) {
            source.look(ledger);
            now = now.plusSeconds(2);
            int taken = 0;
            Duration again = Duration.ZERO;
            for (int looks = 0; again != null && looks < 10; looks++) {
                Look look = source.look(ledger);
                assertThat(look.found()).hasSizeLessThanOrEqualTo(3);
                ledger.add(look.found().stream().map(Look.Found::id).toList());
                taken += look.found().size();
                again = look.again();
            }
            assertThat(taken).isEqualTo(7);
            assertThat(again).isNull();
        }
    }

    @Test
    void aDirectoryThatIsMissingIsAFailure() {
        DirectorySource source = source(true, true, 3);
        assertThatThrownBy(() -> {
                    Files.delete(in);
                    source.look(ledger);
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a directory");
        source.close();
    }

    private List<String> names(DirectorySource source) throws IOException {
        try (source) {
            source.look(ledger);
            now = now.plusSeconds(2);
            return source.look(ledger).found().stream()
                    .map(f -> Path.of(f.address()).getFileName().toString())
                    .toList();
        }
    }

    private DirectorySource source(boolean watch, boolean recursive, int batch) {
        SourceSettings.Directory settings = new SourceSettings.Directory(
                "test",
                "",
                in,
                watch,
                recursive,
                List.of("*.mp4", "*.mkv"),
                Duration.ofSeconds(2),
                Duration.ofMinutes(1));
        return new DirectorySource(settings, batch, () -> now);
    }
}
