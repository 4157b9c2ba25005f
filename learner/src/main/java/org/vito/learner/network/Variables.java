package org.vito.learner.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.learner.weights.TensorSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** All variables of one network, or of one optimiser, in the order in which they were declared. */
public final class Variables {
    /** Elements that are written in one run. */
    private static final long AT_A_TIME = 1 << 23;

    private final Ops tf;
    private final Map<String, Variable> byName = new LinkedHashMap<>();

    /** Variables whose nodes are made in the scope of {@code tf}. */
    public Variables(Ops tf) {
        this.tf = tf;
    }

    /** Declares a variable. */
    Variable declare(String name, Variable.Kind kind, Long... fileShape) {
        Variable variable = new Variable(tf, name, kind, List.of(fileShape));
        if (byName.put(name, variable) != null) {
            throw new IllegalStateException("variable " + name + " is declared twice");
        }
        return variable;
    }

    /** Declares a variable that begins at 0. */
    public Variable declareZeros(String name, Long... shape) {
        return declare(name, Variable.Kind.ZEROS, shape);
    }

    /** Declares a variable of the shape of {@code like} that begins at 0. */
    public Variable declareZeros(String name, Variable like) {
        return declare(name, Variable.Kind.ZEROS, like.fileShape().toArray(Long[]::new));
    }

    /** Declares a scalar that begins at 0. */
    public Variable declareZeros(String name) {
        return declare(name, Variable.Kind.ZEROS);
    }

    public List<Variable> all() {
        return List.copyOf(byName.values());
    }

    /** The variables that gradients reach. */
    public List<Variable> parameters() {
        return byName.values().stream().filter(Variable::isParameter).toList();
    }

    /** The variable called {@code name}. */
    public Variable get(String name) {
        Variable variable = byName.get(name);
        if (variable == null) {
            throw new IllegalArgumentException("there is no variable " + name);
        }
        return variable;
    }

    /** Sets each to what its kind begins with; random ones are functions of {@code seed} and their names. */
    public void initialise(Session session, long seed) {
        Map<Boolean, List<Variable>> byRandomness =
                all().stream().collect(Collectors.partitioningBy(variable -> Initialisation.isRandom(variable.kind())));
        List<Op> constants = byRandomness.getOrDefault(false, List.of()).stream()
                .<Op>map(variable -> variable.fill(tf, Initialisation.constant(variable.kind())))
                .toList();
        session.runner()
                .addTarget(tf.withControlDependencies(constants).noOp())
                .run()
                .close();
        write(session, byRandomness.getOrDefault(true, List.of()), (variable, run) -> variable.feedRandom(run, seed));
    }

    /** The node that sets each to the value of its namesake. */
    public Op assignFrom(Variables others) {
        List<Op> assignments = all().stream()
                .<Op>map(variable -> tf.assignVariableOp(
                        variable.handle(), others.get(variable.name()).value()))
                .toList();
        return tf.withControlDependencies(assignments).noOp();
    }

    /** The values of all of them by name, laid out as in files. */
    public Map<String, float[]> values(Session session) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (Result result = fetch(session)) {
            List<Variable> variables = all();
            for (int i = 0; i < variables.size(); i++) {
                values.put(variables.get(i).name(), variables.get(i).inFileLayout((TFloat32) result.get(i)));
            }
        }
        return values;
    }

    /** Writes all of them as a safetensors file. */
    public void save(Session session, Path file) {
        List<Variable> variables = all();
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        Map<String, Integer> places = new HashMap<>();
        for (Variable variable : variables) {
            places.put(variable.name(), places.size());
            shapes.put(variable.name(), variable.fileShape());
        }
        try (Result result = fetch(session)) {
            SafetensorsWriter.write(file, shapes, name -> {
                int place = places.getOrDefault(name, -1);
                return variables.get(place).inFileLayout((TFloat32) result.get(place));
            });
        }
    }

    private Result fetch(Session session) {
        Session.Runner run = session.runner();
        byName.values().forEach(variable -> run.fetch(variable.value()));
        return run.run();
    }

    /** In few runs, since a session prepares its graph anew for each, but not in one, which would take all the memory twice. */
    private static void write(
            Session session, List<Variable> all, BiFunction<Variable, Session.Runner, TFloat32> feed) {
        List<Variable> rest = all;
        while (!rest.isEmpty()) {
            int count = 0;
            for (long size = 0; count < rest.size() && size < AT_A_TIME; count++) {
                size += rest.get(count).size();
            }
            writeAtOnce(session, rest.subList(0, count), feed);
            rest = rest.subList(count, rest.size());
        }
    }

    private static void writeAtOnce(
            Session session, List<Variable> some, BiFunction<Variable, Session.Runner, TFloat32> feed) {
        Session.Runner run = session.runner();
        List<TFloat32> tensors = new ArrayList<>();
        try {
            for (Variable variable : some) {
                tensors.add(feed.apply(variable, run));
            }
            run.run().close();
        } finally {
            tensors.forEach(TFloat32::close);
        }
    }

    /**
     * Sets all of them from a file that holds exactly these.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if the file cannot be read; OTHER_CONFIGURATION if it lacks a tensor, has
     *     one too many or one of another shape
     */
    public void restore(Session session, Path path) {
        restore(session, path, false);
    }

    /** Like {@link #restore}, from a file that may hold other tensors besides. */
    public void restorePart(Session session, Path path) {
        restore(session, path, true);
    }

    private void restore(Session session, Path path, boolean othersAllowed) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            restore(session, file, path, othersAllowed);
        }
    }

    /** Sets all of them from tensors that come from {@code path}; see {@link #check}. */
    public void restore(Session session, TensorSource tensors, Path path, boolean othersAllowed) {
        check(tensors, path, othersAllowed);
        write(session, all(), (variable, run) -> variable.feed(run, tensors.read(variable.name())));
    }

    /**
     * Checks that there is a tensor of the right shape for each variable, and, unless {@code othersAllowed}, no other.
     *
     * @param path where the tensors come from
     * @throws VitoException OTHER_CONFIGURATION if it is otherwise, naming the tensors with both shapes
     */
    public void check(TensorSource tensors, Path path, boolean othersAllowed) {
        List<String> differences = new ArrayList<>();
        for (Variable variable : all()) {
            String name = variable.name();
            String original = tensors.original(name);
            if (!tensors.names().contains(name)) {
                differences.add("no " + original + " (expected one of shape " + variable.fileShape() + ")");
            } else if (!tensors.shape(name).equals(variable.fileShape())) {
                differences.add(
                        original + " of shape " + tensors.shape(name) + " (expected " + variable.fileShape() + ")");
            }
        }
        TreeSet<String> extra = new TreeSet<>(othersAllowed ? Collections.emptySet() : tensors.names());
        extra.removeAll(byName.keySet());
        extra.forEach(name ->
                differences.add(tensors.original(name) + " of shape " + tensors.shape(name) + " (expected none)"));
        if (!differences.isEmpty()) {
            int shown = Math.min(5, differences.size());
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "%s belongs to another network: it has %s%s"
                            .formatted(
                                    path,
                                    String.join(", ", differences.subList(0, shown)),
                                    differences.size() > shown
                                            ? " and " + (differences.size() - shown) + " more differences"
                                            : ""));
        }
    }
}
