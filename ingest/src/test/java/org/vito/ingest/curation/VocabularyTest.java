package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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

    /** The counts are those of the lists that VideoNet's authors would have used (imagenet-testbed's {@code imagenet_to_labels}). */
    @Test
    void imageNetHasAThousandClassesAndNineteenNamesOfTwo() {
        Path file = Path.of("../tests/target/clips/classification_classes_ILSVRC2012.txt");
        boolean complete = Boolean.getBoolean("vito.tests.complete");
        assumeTrue(complete || Files.exists(file), file + " is missing; deploy/check gets it");
        Vocabulary vocabulary = Vocabulary.load(file);
        TitleMatcher matcher = new TitleMatcher(vocabulary);
        Map<String, Integer> classes = new TreeMap<>();
        int names = 0;
        for (int i = 0; i < vocabulary.size(); i++) {
            for (String name : vocabulary.names(i)) {
                names++;
                TitleMatcher.Match match = matcher.match("My " + name + ", at last");
                assertThat(match.classes()).as(name).contains(i);
                long having = match.classes().stream()
                        .filter(other -> vocabulary.names(other).stream().anyMatch(name::equalsIgnoreCase))
                        .count();
                classes.put(name.toLowerCase(Locale.ROOT), (int) having);
            }
        }
        assertThat(vocabulary.size()).isEqualTo(1000);
        assertThat(names).isEqualTo(1860);
        assertThat(classes.values().stream().filter(count -> count == 2)).hasSize(19);
        assertThat(classes.get("crane")).isEqualTo(2);
        assertThat(matcher.match("crane").classes()).containsExactly(134, 517);
    }
}
