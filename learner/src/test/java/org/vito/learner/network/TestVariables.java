package org.vito.learner.network;

import org.tensorflow.Session;

/** Variables of tests in other packages. */
public final class TestVariables {
    private TestVariables() {}

    public static Variable declare(Variables variables, String name, Long... shape) {
        return variables.declare(name, Variable.Kind.ZEROS, shape);
    }

    /** Sets the only variable. */
    public static void write(Variables variables, Session session, float[] values) {
        Session.Runner run = session.runner();
        try (var tensor = variables.all().get(0).feed(run, values)) {
            run.run().close();
            assert tensor.size() == values.length;
        }
    }
}
