package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.VitoException;

class VocabularyTest {
    @TempDir
    Path directory;

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("classes.txt"), text);
    }

    @Test
    void aLineIsAClassWithOrWithoutItsId() throws Exception {
        Vocabulary vocabulary =
                Vocabulary.load(file("n01440764 tench, Tinca tinca\n goldfish,Carassius auratus , \ncrane\ncrane\n"));
        assertThat(vocabulary.size()).isEqualTo(4);
        assertThat(vocabulary.names(0)).containsExactly("tench", "Tinca tinca");
        assertThat(vocabulary.names(1)).containsExactly("goldfish", "Carassius auratus");
        assertThat(List.of(vocabulary.label(1), vocabulary.label(2), vocabulary.label(3)))
                .containsExactly("goldfish", "crane #2", "crane #3");
    }

    @Test
    void whatIsNoVocabularyIsRefusedByFileAndLine() throws Exception {
        assertThatThrownBy(() -> Vocabulary.load(file("tench\n\ngoldfish\n")))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("classes.txt:2");
        assertThatThrownBy(() -> Vocabulary.load(file("tench\nn01440764 ,\n"))).hasMessageContaining("classes.txt:2");
        assertThatThrownBy(() -> Vocabulary.load(file(""))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> Vocabulary.load(directory.resolve("none")))
                .hasMessageContaining("there is no vocabulary");
        Path latin = Files.write(directory.resolve("latin"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Vocabulary.load(latin)).hasMessageContaining("not UTF-8");
    }
}
