package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    Path directory;

    @Test
    void goodLinesAreVideos() throws IOException {
        List<Manifest.Entry> entries = read(
                "{\"path\": \"a b/c.mp4\", \"title\": \"Sea\", \"licence\": \"CC0\"}\r",
                "",
                "# {\"path\": \"d.mp4\"}",
                "{\"url\": \"https://example.org/e.mp4\", \"license\": \"MIT\"}");
        assertThat(entries).hasSize(2).allSatisfy(e -> assertThat(e.refusal()).isNull());
        assertThat(entries.get(0).address())
                .isEqualTo(directory.resolve("a b/c.mp4").toUri());
        assertThat(entries.get(0).title()).isEqualTo("Sea");
        assertThat(entries.get(0).licence()).isEqualTo("CC0");
        assertThat(entries.get(1).line()).isEqualTo(4);
        assertThat(entries.get(1).address()).hasToString("https://example.org/e.mp4");
        assertThat(entries.get(1).licence()).isEqualTo("MIT");
    }

    @Test
    void badLinesSayWhatIsWrongAndWhere() throws IOException {
        List<Manifest.Entry> entries = read(
                "nonsense",
                "[1]",
                "{\"title\": \"nothing\"}",
                "{\"url\": \"https://a/b\", \"path\": \"c\"}",
                "{\"path\": 7}",
                "{\"path\": \"a.mp4\", \"titel\": \"x\"}",
                "{\"url\": \"http://a b/\"}",
                "{\"path\": \"a.mp4\"} trailing",
                "{\"path\": \"" + "x".repeat(70_000) + "\"}");
        assertThat(entries).hasSize(9).allSatisfy(e -> {
            assertThat(e.address()).isNull();
            assertThat(e.refusal()).isNotNull();
        });
        assertThat(entries.get(0).refusal()).hasMessageContaining("line 1 of").hasMessageContaining("not JSON");
        assertThat(entries.get(3).refusal()).hasMessageContaining("either a url or a path");
        assertThat(entries.get(5).refusal()).hasMessageContaining("titel");
    }

    private List<Manifest.Entry> read(String... lines) throws IOException {
        Path file = Files.write(directory.resolve("list.jsonl"), List.of(lines));
        List<Manifest.Entry> entries = new ArrayList<>();
        try (Manifest manifest = Manifest.open(file)) {
            for (Manifest.Entry e = manifest.next(); e != null; e = manifest.next()) {
                entries.add(e);
            }
        }
        return entries;
    }
}
