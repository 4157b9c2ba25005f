package org.vito.ingest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vito.ingest.curation.TitleMatcher;
import org.vito.ingest.curation.Vocabulary;
import org.vito.protocol.CounterRandom;

/** How fast titles are compared with all names of a vocabulary, by one thread. */
public final class CurationBenchmark {
    private static final long SEED = 7;
    private static final int DIFFERENT = 20_000; // titles, which are gone through again and again
    private static final String[] WORDS = {
        "my",
        "the",
        "a",
        "how",
        "to",
        "best",
        "of",
        "2024",
        "compilation",
        "first",
        "time",
        "in",
        "slow",
        "motion",
        "4K",
        "funny",
        "part",
        "review",
        "with",
        "and",
        "day",
        "night",
        "official",
        "video",
        "live",
        "at",
        "home",
        "making",
        "learning",
        "Einf\u00fchrung",
        "\u65e5\u672c",
        "vlog",
        "#shorts",
        "ft.",
        "(HD)",
        "episode",
        "why",
        "we",
        "love",
        "world"
    };

    private CurationBenchmark() {}

    /**
     * What was measured.
     *
     * @param titles looked at
     * @param named of these, the ones that name a class
     * @param seconds that took
     */
    public record Titles(int titles, int named, double seconds) {}

    /**
     * Compares {@code count} titles of 3 to 14 words, a fifth of them with a name of the vocabulary, after a tenth as many that
     * do not count.
     */
    public static Titles titles(Path vocabulary, int count) {
        Vocabulary classes = Vocabulary.load(vocabulary);
        TitleMatcher matcher = new TitleMatcher(classes);
        List<String> titles = made(classes);
        run(matcher, titles, count / 10);
        long begin = System.nanoTime();
        int named = run(matcher, titles, count);
        return new Titles(count, named, (System.nanoTime() - begin) / 1e9);
    }

    private static int run(TitleMatcher matcher, List<String> titles, int count) {
        int named = 0;
        for (int i = 0; i < count; i++) {
            named += matcher.match(titles.get(i % titles.size())).isEmpty() ? 0 : 1;
        }
        return named;
    }

    private static List<String> made(Vocabulary classes) {
        List<String> titles = new ArrayList<>();
        for (int i = 0; i < DIFFERENT; i++) {
            CounterRandom random = CounterRandom.of(SEED, "title", i, 0);
            List<String> words = new ArrayList<>();
            for (int n = 3 + random.nextInt(12); n > 0; n--) {
                words.add(WORDS[random.nextInt(WORDS.length)]);
            }
            if (i % 5 == 0) {
                List<String> names = classes.names(random.nextInt(classes.size()));
                words.add(random.nextInt(words.size()), names.get(random.nextInt(names.size())));
            }
            titles.add(String.join(" ", words));
        }
        return titles;
    }
}
