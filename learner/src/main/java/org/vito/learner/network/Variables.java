package org.vito.learner.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** All variables of one network, or of one optimiser, in the order in which they were declared. */
public final class Variables {
    private static final float[] NONE = {};

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

    /** Declares a variable of the shape of {@code like} that begins at 0. */
    public Variable declareZeros(String name, Variable like) {
        return declare(name, Variable.Kind.ZEROS, like.fileShape().toArray(Long[]::new));
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
        write(session, variable -> Initialisation.values(variable, seed));
    }

    /** Sets each to the value of its namesake. */
    public void copyFrom(Variables others, Session session) {
        Map<String, float[]> values = others.values(session);
        write(session, variable -> values.getOrDefault(variable.name(), NONE));
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

    // One run for all: a session prepares its graph anew for every set of nodes that it is asked for.

    private Result fetch(Session session) {
        Session.Runner run = session.runner();
        byName.values().forEach(variable -> run.fetch(variable.value()));
        return run.run();
    }

    private void write(Session session, Function<Variable, float[]> values) {
        Session.Runner run = session.runner();
        List<TFloat32> tensors = new ArrayList<>();
        try {
            for (Variable variable : byName.values()) {
                tensors.add(variable.feed(run, values.apply(variable)));
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
            checkSame(file, path, othersAllowed);
            write(session, variable -> file.read(variable.name()));
        }
    }

    private void checkSame(SafetensorsFile file, Path path, boolean othersAllowed) {
        List<String> differences = new ArrayList<>();
        for (Variable variable : all()) {
            String name = variable.name();
            if (!file.names().contains(name)) {
                differences.add("no " + name + " (expected one of shape " + variable.fileShape() + ")");
            } else if (!file.shape(name).equals(variable.fileShape())) {
                differences.add(name + " of shape " + file.shape(name) + " (expected " + variable.fileShape() + ")");
            }
        }
        TreeSet<String> extra = new TreeSet<>(othersAllowed ? Collections.emptySet() : file.names());
        extra.removeAll(byName.keySet());
        extra.forEach(name -> differences.add(name + " of shape " + file.shape(name) + " (expected none)"));
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
