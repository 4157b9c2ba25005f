package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vito.protocol.CounterRandom;

class TitleMatcherTest {
    private static final Vocabulary ANIMALS = Vocabulary.of(List.of(
            List.of("great white shark", "white shark", "man-eater", "Carcharodon carcharias"),
            List.of("crane"), // the bird
            List.of("crane"), // the machine
            List.of("jack-o'-lantern"),
            List.of("recreational vehicle", "RV", "R.V."),
            List.of("Stra\u00dfenbahn"),
            List.of("caf\u00e9")));
    private static final TitleMatcher MATCHER = new TitleMatcher(ANIMALS);

    private static SortedSet<Integer> classes(String title) {
        return MATCHER.match(title).classes();
    }

    @Test
    void aNameIsFoundWhateverItsCaseAndNeighbours() {
        assertThat(classes("GREAT White\u00a0Shark!")).containsExactly(0);
        assertThat(classes("(carcharodon_carcharias)")).containsExactly(0);
        assertThat(classes("Jack\u2010O\u2019\u2010Lantern carving")).containsExactly(3);
        assertThat(classes("our r.v. trip")).containsExactly(4);
        assertThat(classes("die STRASSENBAHN")).containsExactly(5);
        assertThat(classes("Cafe\u0301 in \uff32\uff36")).containsExactly(4, 6); // decomposed, and full-width letters
    }

    @Test
    void aNameStandsAsWordsOfItsOwn() {
        assertThat(classes("cranes, scrane, crane2, 2crane, cran e")).isEmpty();
        assertThat(classes("cafe\u0301s caf\u00e9\u0301")).isEmpty();
        assertThat(classes("")).isEmpty();
    }

    @Test
    void aNameOfSeveralClassesAsksForAllOfThem() {
        TitleMatcher.Match match = MATCHER.match("Crane lifts a great white shark, CRANE");
        assertThat(match.names()).containsExactly("crane", "great white shark", "white shark");
        assertThat(match.classes()).containsExactly(0, 1, 2);
    }

    /** The definition itself, one regular expression a name. */
    private static SortedSet<Integer> byExpressions(Vocabulary vocabulary, String title) {
        SortedSet<Integer> classes = new TreeSet<>();
        for (int i = 0; i < vocabulary.size(); i++) {
            for (String name : vocabulary.names(i)) {
                Pattern words = Pattern.compile(
                        "(?<![\\p{L}\\p{N}])" + Pattern.quote(name.toLowerCase(Locale.ROOT)) + "(?![\\p{L}\\p{N}])");
                if (words.matcher(title.toLowerCase(Locale.ROOT)).find()) {
                    classes.add(i);
                }
            }
        }
        return classes;
    }

    @Test
    void onePassFindsWhatAnExpressionForEachNameFinds() {
        String[] words = {"white", "shark", "great", "a", "b", "man-eater", "man", "-", ".", "r.v", "crane", "x"};
        Vocabulary vocabulary = Vocabulary.of(List.of(
                List.of("white shark", "shark"),
                List.of("great white shark"),
                List.of("a b", "b a", "a"),
                List.of("man-eater", "man"),
                List.of("r.v.", "r.v"),
                List.of("crane - a")));
        TitleMatcher matcher = new TitleMatcher(vocabulary);
        CounterRandom random = CounterRandom.of(1, "titles", 0, 0);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder title = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                title.append(words[random.nextInt(words.length)]).append(random.nextInt(4) == 0 ? "" : " ");
            }
            SortedSet<Integer> expected = byExpressions(vocabulary, title.toString());
            assertThat(matcher.match(title.toString()).classes())
                    .as(title.toString())
                    .isEqualTo(expected);
            found += expected.size();
        }
        assertThat(found).isGreaterThan(20_000); // or it would prove nothing
    }
}
