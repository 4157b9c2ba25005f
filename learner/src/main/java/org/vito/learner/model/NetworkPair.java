package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.network.BatchStatistics;
import org.vito.learner.network.Network;

/** Online and target network on the same images. Only the online network's paths are dropped at random. */
record NetworkPair(Network online, Network target) {

    static NetworkPair build(
            Ops tf, ModelSettings settings, BatchStatistics statistics, ProcessGroup group, Inputs inputs) {
        Network.Training training =
                new Network.Training(settings.network(), settings.precision(), statistics, settings.views(), group);
        return new NetworkPair(
                training.build(tf.withSubScope("online"), inputs.images(), inputs.seed()),
                training.build(tf.withSubScope("target"), inputs.images(), null));
    }

    /** Nodes that renew both networks' moving statistics. */
    List<Op> updates() {
        List<Op> updates = new ArrayList<>(online.updates());
        updates.addAll(target.updates());
        return updates;
    }
}
