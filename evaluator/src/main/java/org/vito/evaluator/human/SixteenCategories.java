package org.vito.evaluator.human;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Which of 16 things a classifier of ImageNet's classes sees: the category whose classes have the highest mean probability, as
 * model-vs-human decides. People chose among the same 16.
 */
public final class SixteenCategories {
    private static final String FILE = "categories.txt";

    private final List<String> names = new ArrayList<>();
    private final List<int[]> members = new ArrayList<>();

    /**
     * For a classifier.
     *
     * @param classes its classes' WordNet IDs ({@code n02084071}), in the order of its logits
     * @throws VitoException OTHER_CONFIGURATION if a category has none of them
     */
    public SixteenCategories(List<String> classes) {
        table().forEach((name, ids) -> {
            int[] found = ids.stream()
                    .mapToInt(classes::indexOf)
                    .filter(index -> index >= 0)
                    .toArray();
            if (found.length == 0) {
                throw new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "the classifier knows no class of %s: expected ImageNet's 1,000 classes by their WordNet IDs, such as %s"
                                .formatted(name, ids.get(0)));
            }
            names.add(name);
            members.add(found);
        });
    }

    /** The categories and their classes, by name. */
    static Map<String, List<String>> table() {
        Map<String, List<String>> table = new LinkedHashMap<>();
        try (InputStream in = SixteenCategories.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + FILE);
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.asList(line.split(" ", -1)))
                    .forEach(words -> table.put(words.get(0), words.subList(1, words.size())));
            return table;
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read", e);
        }
    }

    /**
     * The category of a picture.
     *
     * @param logits of the classes, before the softmax
     */
    public String decide(float[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double[] probabilities = new double[logits.length]; // but for a common factor
        for (int c = 0; c < logits.length; c++) {
            probabilities[c] = Math.exp(logits[c] - highest);
        }
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < names.size(); i++) {
            double mean = Arrays.stream(members.get(i))
                    .mapToDouble(c -> probabilities[c])
                    .average()
                    .orElseThrow();
            if (mean > most) {
                most = mean;
                best = i;
            }
        }
        return names.get(best);
    }
}
