package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;

/**
 * What the objective compares.
 *
 * @param online for each view {@code [clips, projector's output]}
 * @param target likewise
 */
record Projections(List<Operand<TFloat32>> online, List<Operand<TFloat32>> target) {

    /**
     * Those of the whole batch, of which each process of the group has projected its part; parts lie one after the other by
     * rank. Gradients reach the process's own part of {@code online} alone, so the gradient of the whole batch's loss is the
     * sum of what all processes find.
     */
    static Projections ofAll(Ops tf, ProcessGroup group, NetworkPair networks) {
        List<Operand<TFloat32>> online = networks.online().outputs();
        List<Operand<TFloat32>> target = networks.target().outputs();
        if (group.size() == 1) {
            return new Projections(online, target);
        }
        List<Operand<TFloat32>> both = new ArrayList<>(online);
        both.addAll(target);
        Operand<TFloat32> gathered = tf.stopGradient(group.gather(tf, tf.stack(both)));
        List<Operand<TFloat32>> whole = new ArrayList<>();
        for (int i = 0; i < both.size(); i++) {
            List<Operand<TFloat32>> parts = new ArrayList<>();
            tf.unstack(tf.gather(gathered, tf.constant(i), tf.constant(1)), (long) group.size())
                    .forEach(parts::add);
            parts.set(group.rank(), both.get(i));
            whole.add(tf.concat(parts, tf.constant(0)));
        }
        return new Projections(whole.subList(0, online.size()), whole.subList(online.size(), whole.size()));
    }
}
