package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.VitoException;

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

    @Test
    void linesOfCsvAreVideosToo() throws IOException {
        List<Manifest.Entry> entries = readFrom(
                "list.CSV",
                "\uFEFFurl, Title,licence,path",
                "https://example.org/e.mp4,\"Sea, with \"\"gulls\"\"\",CC0,",
                "# no video",
                ",,,a b.mp4",
                "https://example.org/f.mp4,two,values",
                ",\"open,,",
                ",,,",
                "http://a b/,,,");
        assertThat(entries).hasSize(6);
        assertThat(entries.get(0).title()).isEqualTo("Sea, with \"gulls\"");
        assertThat(entries.get(0).licence()).isEqualTo("CC0");
        assertThat(entries.get(1).address())
                .isEqualTo(directory.resolve("a b.mp4").toUri());
        assertThat(entries.get(1).line()).isEqualTo(4);
        assertThat(entries.get(2).refusal()).hasMessageContaining("line 5 of").hasMessageContaining("3 values for 4");
        assertThat(entries.get(3).refusal()).hasMessageContaining("not closed");
        assertThat(entries.get(4).refusal()).hasMessageContaining("either a url or a path");
        assertThat(entries.get(5).refusal()).isNotNull();
        assertThatThrownBy(() -> readFrom("other.csv", "adress,title", "a,b"))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("line 1 of")
                .hasMessageContaining("adress");
        assertThatThrownBy(() -> readFrom("other.csv", "title", "a")).hasMessageContaining("neither");
    }

    private List<Manifest.Entry> read(String... lines) throws IOException {
        return readFrom("list.jsonl", lines);
    }

    private List<Manifest.Entry> readFrom(String name, String... lines) throws IOException {
        Path file = Files.write(directory.resolve(name), List.of(lines));
        List<Manifest.Entry> entries = new ArrayList<>();
        try (Manifest manifest = Manifest.open(file)) {
            for (Manifest.Entry e = manifest.next(); e != null; e = manifest.next()) {
                entries.add(e);
            }
        }
        return entries;
    }
}
