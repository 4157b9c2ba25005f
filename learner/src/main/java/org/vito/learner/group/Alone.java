package org.vito.learner.group;

import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.family.TNumber;

/** The group of one. */
final class Alone implements ProcessGroup {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public Session open(Graph graph, ConfigProto config) {
        return new Session(graph, config);
    }

    @Override
    public Session.Runner runner(Session session) {
        return session.runner();
    }

    @Override
    public <T extends TNumber> Operand<T> sum(Ops tf, Operand<T> mine) {
        return mine;
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
}
