package org.vito.evaluator;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.vito.evaluator.data.DataSets;
import org.vito.evaluator.data.HumanSet;
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.human.ClickMeTask;
import org.vito.evaluator.human.HumanTask;
import org.vito.evaluator.picture.PictureStore;
import org.vito.evaluator.plan.EvaluationRules.Order;
import org.vito.evaluator.robust.Robustness;
import org.vito.evaluator.score.CheckpointScorer;
import org.vito.evaluator.task.KnnTask;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.task.Task;
import org.vito.evaluator.video.PropagationTask;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/** Settings of evaluation; every key is explained in {@code reference.conf} under {@code vito.evaluator}. */
public record EvaluatorSettings(
        List<DataSet> dataSets,
        List<String> tasks,
        Limits limits,
        int batch,
        int threads,
        int evaluators,
        Order order,
        int every,
        int attempts,
        Duration backOff,
        Duration lease,
        Set<String> retriedReasons,
        Cache cache,
        Pictures pictures,
        Knn knn,
        LinearProbeTask.Options linear,
        Propagation propagation) {
    private static final String AT = "vito.evaluator";
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";

    /**
     * A data set.
     *
     * @param name what scores call it
     * @param path where it lies
     * @param kind how it is laid out
     * @param classifier of kinds on which a classifier is tried: {@code network}, or the data set that it is trained on; else
     *     empty
     */
    public record DataSet(String name, Path path, DataSets.Kind kind, String classifier) {}

    /**
     * Of what is kept of checkpoints.
     *
     * @param directory empty = a directory of the process's data
     * @param limit most bytes; 0 = nothing is kept
     */
    public record Cache(Optional<Path> directory, long limit) {}

    /**
     * Of pictures for people.
     *
     * @param directory empty = a directory of the process's data
     * @param keep checkpoints of each run of which there are pictures; 0 = none
     */
    public record Pictures(Optional<Path> directory, int keep) {
        /** Reads {@code vito.evaluator.pictures}, which the page reads too. */
        static Pictures from(Settings s) {
            return new Pictures(path(s, "directory"), s.whole("keep", 0, 10_000));
        }

        PictureStore store(Platform platform) {
            return new PictureStore(directory.orElse(platform.data().resolve("pictures")), keep);
        }
    }

    /** Of the nearest-neighbour task: neighbours, and temperature of their votes. */
    public record Knn(int k, double temperature) {}

    /**
     * Of the propagation task.
     *
     * @param options how masks are carried
     * @param masks where the masks found are written, one directory a checkpoint; empty = nowhere
     */
    public record Propagation(PropagationTask.Options options, Optional<Path> masks) {}

    public EvaluatorSettings {
        dataSets = List.copyOf(dataSets);
        tasks = List.copyOf(tasks);
        retriedReasons = Set.copyOf(retriedReasons);
    }

    /** Reads and checks {@code vito.evaluator}. */
    public static EvaluatorSettings from(Config config) {
        Settings s = Settings.at(config, AT);
        EvaluatorSettings settings = new EvaluatorSettings(
                dataSets(s),
                s.texts("tasks"),
                new Limits(
                        s.whole("train-limit", 0, Integer.MAX_VALUE),
                        s.whole("test-limit", 0, Integer.MAX_VALUE),
                        s.whole("video-limit", 0, Integer.MAX_VALUE),
                        s.number("test-share", 0.01, 0.99),
                        s.texts("experiments")),
                s.whole("batch", 1, 4096),
                s.whole("threads", 1, 256),
                s.whole("evaluators", 1, 64),
                s.choice("order", Order.class),
                s.whole("every", 1, 1_000_000),
                s.whole("attempts", 1, 100),
                s.duration("back-off"),
                s.duration("lease"),
                new TreeSet<>(s.texts("retry-at-start")),
                new Cache(path(s.in("cache"), "directory"), s.in("cache").bytes("limit", 0)),
                Pictures.from(s.in("pictures")),
                new Knn(s.in("knn").whole("k", 1, 10_000), s.in("knn").number("temperature", 1e-3, 1e3)),
                linear(s.in("linear")),
                propagation(s.in("propagation")));
        settings.check(s);
        return settings;
    }

    private static LinearProbeTask.Options linear(Settings s) {
        List<Double> rates;
        try {
            rates = s.config().getDoubleList("learning-rates");
        } catch (ConfigException e) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    AT + ".linear.learning-rates: expected a list of numbers; " + e.getMessage(),
                    e);
        }
        s.check(
                "learning-rates",
                !rates.isEmpty() && rates.stream().allMatch(r -> r > 0 && Double.isFinite(r)),
                "one or more numbers above 0");
        return new LinearProbeTask.Options(
                rates,
                s.whole("epochs", 1, 10_000),
                s.whole("batch", 1, 65_536),
                s.whole("seed", 0L, Long.MAX_VALUE),
                s.flag("standardise"));
    }

    private static Propagation propagation(Settings s) {
        return new Propagation(
                new PropagationTask.Options(
                        s.whole("frames", 1, 1000),
                        s.whole("radius", 1, 10_000),
                        s.whole("neighbours", 1, 10_000),
                        s.number("temperature", 1e-3, 1e3)),
                path(s, "masks"));
    }

    private static Optional<Path> path(Settings s, String key) {
        return s.text(key).isBlank() ? Optional.empty() : Optional.of(s.path(key));
    }

    private static List<DataSet> dataSets(Settings s) {
        List<? extends Config> given;
        try {
            given = s.config().getConfigList("data-sets");
        } catch (ConfigException e) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    AT + ".data-sets: expected a list of groups {name, path, kind}; " + e.getMessage(),
                    e);
        }
        Config defaults = ConfigFactory.parseString("kind = auto, classifier = \"\"");
        List<DataSet> sets = new ArrayList<>();
        for (Config one : given) {
            String at = AT + ".data-sets." + (sets.size() + 1);
            Settings set = Settings.at(one.withFallback(defaults).atPath("set"), "set");
            String name = set.text("name");
            set.check("name", name.matches(NAME), "1 to 64 letters, digits, '.', '_' or '-' (in " + at + ")");
            set.check("path", !set.text("path").isBlank(), "the path of a directory (in " + at + ")");
            DataSets.Kind kind = set.choice("kind", DataSets.Kind.class);
            String classifier = set.text("classifier");
            set.check(
                    "classifier",
                    classifier.isBlank() ? !kind.isClassified() : kind.mayBeClassified(),
                    kind.isClassified()
                            ? "network, or the name of a data set of labelled images to train it on (in " + at + ")"
                            : "none for a data set of this kind (in " + at + ")");
            sets.add(new DataSet(name, set.path("path"), kind, classifier));
        }
        return sets;
    }

    private void check(Settings s) {
        Set<String> names = new HashSet<>();
        dataSets.forEach(d -> s.check("data-sets", names.add(d.name()), "each name once"));
        s.check("data-sets", !names.contains(CheckpointScorer.OWN_CLASSIFIER), "no data set called network");
        for (DataSet set : dataSets) {
            s.check(
                    "data-sets",
                    set.classifier().isEmpty()
                            || set.classifier().equals(CheckpointScorer.OWN_CLASSIFIER)
                            || dataSets.stream()
                                    .anyMatch(d -> d.name().equals(set.classifier())
                                            && d.kind().isLabelled()),
                    "as classifier of %s network or the name of a data set of labelled images, not %s"
                            .formatted(set.name(), set.classifier()));
        }
        List<String> known = knownTasks();
        s.check("tasks", known.containsAll(tasks) && !tasks.isEmpty(), "one or more of " + String.join(", ", known));
        s.check("tasks", new HashSet<>(tasks).size() == tasks.size(), "each task once");
        dataSets.forEach(d -> s.check(
                "tasks",
                !tasksOf(d).isEmpty(),
                "for data set " + d.name() + " " + String.join(" or ", tasksOn(d.kind()))));
        s.check(
                "experiments",
                !limits.experiments().isEmpty() && HumanSet.known().containsAll(limits.experiments()),
                "one or more of " + String.join(", ", HumanSet.known()));
        s.check("lease", lease.compareTo(Duration.ofSeconds(5)) >= 0, "at least 5s");
        for (String code : retriedReasons) {
            s.check(
                    "retry-at-start",
                    Stream.of(Reason.values()).anyMatch(r -> r.name().equals(code)),
                    "a list of reason codes such as BAD_DATA_SET");
        }
    }

    /** Those of the tasks that a data set is for. */
    List<String> tasksOf(DataSet set) {
        return tasks.stream().filter(possibleTasks(set)::contains).toList();
    }

    /** All tasks that a data set is for. */
    List<String> possibleTasks(DataSet set) {
        return tasksOn(set.kind());
    }

    /** Every task there is. */
    public static List<String> knownTasks() {
        return Stream.of(DataSets.Kind.values())
                .flatMap(kind -> tasksOn(kind).stream())
                .distinct()
                .toList();
    }

    private static List<String> tasksOn(DataSets.Kind kind) {
        return switch (kind) {
            case AUTO, FOLDER, IDX -> List.of("knn", "linear");
            case DAVIS -> List.of(PropagationTask.NAME);
            case IMAGENET_A -> List.of(Robustness.IMAGENET_A);
            case IMAGENET_VID_ROBUST -> List.of(Robustness.IMAGENET_VID_ROBUST);
            case IMAGENET_3DCC -> List.of(Robustness.IMAGENET_3DCC);
            case MODEL_VS_HUMAN -> List.of(HumanTask.NAME);
            case CLICKME -> List.of(ClickMeTask.NAME);
        };
    }

    /** The data set of a name. @throws VitoException BAD_DATA_SET if there is none */
    DataSet dataSet(String name) {
        return dataSets.stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new VitoException(Reason.BAD_DATA_SET, "no data set is called " + name));
    }

    /** The linear probe, as these settings shape it. */
    LinearProbeTask probe() {
        return new LinearProbeTask(linear);
    }

    /** Every task on labelled images, as these settings shape it. */
    Stream<Task> imageTasks() {
        return Stream.of(new KnnTask(knn.k(), knn.temperature()), probe());
    }
}
