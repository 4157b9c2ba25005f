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
import org.vito.evaluator.data.Limits;
import org.vito.evaluator.task.KnnTask;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.task.Task;
import org.vito.evaluator.video.PropagationTask;
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
        Knn knn,
        LinearProbeTask.Options linear,
        Propagation propagation) {
    private static final String AT = "vito.evaluator";
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";

    /** A data set: what scores call it, where it lies, how it is laid out. */
    public record DataSet(String name, Path path, DataSets.Kind kind) {}

    /** Which open checkpoint is scored next. */
    public enum Order {
        NEWEST_FIRST,
        OLDEST_FIRST
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
                        s.number("test-share", 0.01, 0.99)),
                s.whole("batch", 1, 4096),
                s.whole("threads", 1, 256),
                s.whole("evaluators", 1, 64),
                s.choice("order", Order.class),
                s.whole("every", 1, 1_000_000),
                s.whole("attempts", 1, 100),
                s.duration("back-off"),
                s.duration("lease"),
                new TreeSet<>(s.texts("retry-at-start")),
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
                rates, s.whole("epochs", 1, 10_000), s.whole("batch", 1, 65_536), s.whole("seed", 0L, Long.MAX_VALUE));
    }

    private static Propagation propagation(Settings s) {
        return new Propagation(
                new PropagationTask.Options(
                        s.whole("frames", 1, 1000),
                        s.whole("radius", 1, 10_000),
                        s.whole("neighbours", 1, 10_000),
                        s.number("temperature", 1e-3, 1e3)),
                s.text("masks").isBlank() ? Optional.empty() : Optional.of(s.path("masks")));
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
        Config defaults = ConfigFactory.parseString("kind = auto");
        List<DataSet> sets = new ArrayList<>();
        for (Config one : given) {
            String at = AT + ".data-sets." + (sets.size() + 1);
            Settings set = Settings.at(one.withFallback(defaults).atPath("set"), "set");
            String name = set.text("name");
            set.check("name", name.matches(NAME), "1 to 64 letters, digits, '.', '_' or '-' (in " + at + ")");
            set.check("path", !set.text("path").isBlank(), "the path of a directory (in " + at + ")");
            sets.add(new DataSet(name, set.path("path"), set.choice("kind", DataSets.Kind.class)));
        }
        return sets;
    }

    private void check(Settings s) {
        Set<String> names = new HashSet<>();
        dataSets.forEach(d -> s.check("data-sets", names.add(d.name()), "each name once"));
        List<String> known = Stream.concat(imageTasks().map(Task::name), Stream.of(PropagationTask.NAME))
                .toList();
        s.check("tasks", known.containsAll(tasks) && !tasks.isEmpty(), "one or more of " + String.join(", ", known));
        s.check("tasks", new HashSet<>(tasks).size() == tasks.size(), "each task once");
        dataSets.forEach(d -> s.check(
                "tasks",
                !tasksOf(d).isEmpty(),
                "for data set " + d.name()
                        + (d.kind() == DataSets.Kind.DAVIS ? " " + PropagationTask.NAME : " knn or linear")));
        s.check("lease", lease.compareTo(Duration.ofSeconds(5)) >= 0, "at least 5s");
        for (String code : retriedReasons) {
            s.check(
                    "retry-at-start",
                    Stream.of(Reason.values()).anyMatch(r -> r.name().equals(code)),
                    "a list of reason codes such as BAD_DATA_SET");
        }
    }

    /** Those tasks that a data set is for: images of classes for some, videos with masks for others. */
    List<String> tasksOf(DataSet set) {
        boolean videos = set.kind() == DataSets.Kind.DAVIS;
        return tasks.stream()
                .filter(task -> task.equals(PropagationTask.NAME) == videos)
                .toList();
    }

    /** Every task on labelled images, as these settings shape it. */
    Stream<Task> imageTasks() {
        return Stream.of(new KnnTask(knn.k(), knn.temperature()), new LinearProbeTask(linear));
    }
}
