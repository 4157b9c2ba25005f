package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Pictures that people named in a laboratory, with what they said of them, laid out as model-vs-human ("Partial success in closing
 * the gap between human and machine vision", arXiv 2106.07411) has them:
 *
 * <pre>
 *   datasets/edge/oven/oven10.png                                                   an experiment without conditions
 *   datasets/low-pass/dnn/session-1/0001_lp_dnn_1_bear_10_n02132136_2104.png         one with, and its condition, 1
 *   raw-data/edge/edge_subject-01_session_1.csv                                     what one person said
 * </pre>
 *
 * @param name what the settings call it
 */
public record HumanSet(String name, List<Experiment> experiments) implements DataSet {
    /** The four that VITO is compared with people on (arXiv 2210.06433, table 3). */
    public static final List<String> USUAL = List.of("edge", "cue-conflict", "low-pass", "uniform-noise");

    /** Experiments whose pictures have conditions, with those that do not count: too easy or too hard for people. */
    private static final Map<String, Set<String>> LEFT_OUT = Map.ofEntries(
            Map.entry("colour", Set.of("cr")),
            Map.entry("contrast", Set.of("c100", "c03", "c01")),
            Map.entry("high-pass", Set.of("inf", "0.55", "0.45", "0.4")),
            Map.entry("low-pass", Set.of("0", "15", "40")),
            Map.entry("phase-scrambling", Set.of("0", "150", "180")),
            Map.entry("power-equalisation", Set.of("0")),
            Map.entry("false-colour", Set.of("True")),
            Map.entry("rotation", Set.of("0")),
            Map.entry("eidolonI", Set.of("1-10-10", "64-10-10", "128-10-10")),
            Map.entry("eidolonII", Set.of("1-3-10", "32-3-10", "64-3-10", "128-3-10")),
            Map.entry("eidolonIII", Set.of("1-0-10", "16-0-10", "32-0-10", "64-0-10", "128-0-10")),
            Map.entry("uniform-noise", Set.of("0", "0.6", "0.9")));

    private static final Set<String> WITHOUT_CONDITIONS =
            Set.of("edge", "silhouette", "cue-conflict", "sketch", "stylized");

    private static final String LAYOUT =
            "expected the directory of model-vs-human with datasets/%1$s, unpacked from its release"
                    + " v0.1, and raw-data/%1$s/%1$s_subject-01_session_1.csv";

    public HumanSet {
        experiments = List.copyOf(experiments);
    }

    /**
     * What people were shown in one manner.
     *
     * @param name e.g. {@code edge}
     * @param root directory that all pictures are in
     * @param pictures of conditions that count
     * @param people each of whom judged all the pictures; two at least
     */
    public record Experiment(String name, Path root, List<Stimulus> pictures, List<Observer> people) {
        public Experiment {
            pictures = List.copyOf(pictures);
            people = List.copyOf(people);
        }

        /** The pictures, of which nothing is cut off; they have no labels but 0. */
        public ImagePart images() {
            Path[] files = pictures.stream().map(Stimulus::file).toArray(Path[]::new);
            return new ImageFiles(root, files, new int[files.length], true);
        }
    }

    /**
     * A picture of 224 by 224 pixels.
     *
     * @param image what people's files call it, without what differs from person to person
     * @param condition of the experiment; empty if it has none
     * @param category what is on it, one of 16
     */
    public record Stimulus(Path file, String image, String condition, String category) {}

    /** The names of the experiments there are. */
    public static Set<String> known() {
        Set<String> known = new TreeSet<>(LEFT_OUT.keySet());
        known.addAll(WITHOUT_CONDITIONS);
        return known;
    }

    /** Lists the pictures of some experiments, reads what people said, and checks that the two belong together. */
    static HumanSet open(String name, Path root, List<String> experiments) {
        List<Experiment> opened = new ArrayList<>();
        for (String experiment : experiments) {
            try {
                opened.add(open(name, root, experiment));
            } catch (IOException e) {
                throw DataSets.bad("data set %s: %s of %s cannot be read: %s".formatted(name, experiment, root, e), e);
            }
        }
        return new HumanSet(name, opened);
    }

    private static Experiment open(String name, Path root, String experiment) throws IOException {
        Path pictures = root.resolve("datasets").resolve(experiment);
        Path answers = root.resolve("raw-data").resolve(experiment);
        for (Path directory : List.of(pictures, answers)) {
            if (!Files.isDirectory(directory)) {
                throw DataSets.bad("data set %s: there is no directory %s; %s"
                        .formatted(name, directory, LAYOUT.formatted(experiment)));
            }
        }
        Set<String> leftOut = LEFT_OUT.getOrDefault(experiment, Set.of());
        boolean conditions = LEFT_OUT.containsKey(experiment);
        List<Stimulus> stimuli = pictures(pictures, conditions).stream()
                .filter(picture -> !leftOut.contains(picture.condition()))
                .toList();
        List<Observer> people = HumanAnswers.read(answers, conditions, leftOut);
        if (stimuli.isEmpty() || people.size() < 2) {
            throw DataSets.bad(
                    "data set %s: %s has %d pictures and %s answers of %d people; expected two people at least; %s"
                            .formatted(
                                    name,
                                    pictures,
                                    stimuli.size(),
                                    answers,
                                    people.size(),
                                    LAYOUT.formatted(experiment)));
        }
        people.forEach(person -> requireSame(name, pictures, stimuli, person));
        return new Experiment(experiment, pictures, stimuli, people);
    }

    private static List<Stimulus> pictures(Path root, boolean conditions) throws IOException {
        Path top = conditions ? root.resolve("dnn") : root;
        if (!Files.isDirectory(top)) {
            throw DataSets.bad("there is no directory %s; expected one with session-1 in it".formatted(top));
        }
        try (Stream<Path> files = Files.find(top, 2, (file, is) -> is.isRegularFile())) {
            return files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .map(file -> conditions ? inSession(file) : inCategory(file))
                    .toList();
        }
    }

    private static Stimulus inCategory(Path file) {
        Path category = Objects.requireNonNull(file.getParent()).getFileName();
        return new Stimulus(file, HumanAnswers.image(fileName(file)), "", String.valueOf(category));
    }

    private static Stimulus inSession(Path file) {
        List<String> parts = Arrays.asList(fileName(file).split("_", -1));
        if (parts.size() < 6) {
            throw DataSets.bad(
                    "%s is not named as pictures of an experiment with conditions are: expected".formatted(file)
                            + " 0001_EXPERIMENT_dnn_CONDITION_CATEGORY_NUMBER_NAME.png");
        }
        return new Stimulus(
                file, HumanAnswers.image(fileName(file)), HumanAnswers.condition(parts.get(3)), parts.get(4));
    }

    private static void requireSame(String name, Path directory, List<Stimulus> pictures, Observer person) {
        SortedMap<String, Set<String>> shown = new TreeMap<>();
        pictures.forEach(picture ->
                shown.computeIfAbsent(picture.condition(), c -> new TreeSet<>()).add(picture.image()));
        SortedMap<String, Set<String>> judged = new TreeMap<>();
        person.right().forEach((condition, of) -> judged.put(condition, of.keySet()));
        if (!shown.equals(judged)) {
            throw DataSets.bad("data set %s: %s and what %s said are not of the same pictures: %s"
                    .formatted(name, directory, person.name(), difference(shown, judged)));
        }
    }

    private static String difference(SortedMap<String, Set<String>> shown, SortedMap<String, Set<String>> judged) {
        Set<String> conditions = new TreeSet<>(shown.keySet());
        conditions.addAll(judged.keySet());
        for (String condition : conditions) {
            String of = condition.isEmpty() ? "" : " of condition " + condition;
            Set<String> there = shown.getOrDefault(condition, Set.of());
            Set<String> said = judged.getOrDefault(condition, Set.of());
            for (String image : there) {
                if (!said.contains(image)) {
                    return image + of + " was not judged";
                }
            }
            for (String image : said) {
                if (!there.contains(image)) {
                    return image + of + " is missing";
                }
            }
        }
        return "";
    }

    private static String fileName(Path file) {
        return file.getFileName().toString();
    }
}
