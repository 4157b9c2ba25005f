package org.vito.learner.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vito.learner.group.ProcessGroup;
import org.vito.learner.optimise.Optimiser.Gradient;

/** Gradients summed over the processes of a group, in few messages. */
final class GradientSum {
    /** Numbers of a message, 32 MiB: large enough that its latency does not count, small enough to need little memory. */
    private static final long MESSAGE = 1 << 23;

    private GradientSum() {}

    /** The sums, in the order of {@code own}; that itself in a group of one. */
    static List<Gradient> of(Ops tf, ProcessGroup group, List<Gradient> own) {
        if (group.size() == 1) {
            return own;
        }
        List<Gradient> sums = new ArrayList<>();
        List<Gradient> message = new ArrayList<>();
        long length = 0;
        for (Gradient gradient : own) {
            if (!message.isEmpty() && length + size(gradient) > MESSAGE) {
                sums.addAll(sum(tf, group, message));
                message.clear();
                length = 0;
            }
            message.add(gradient);
            length += size(gradient);
        }
        sums.addAll(sum(tf, group, message));
        return sums;
    }

    private static List<Gradient> sum(Ops tf, ProcessGroup group, List<Gradient> message) {
        List<Operand<TFloat32>> flat = new ArrayList<>();
        long[] sizes = new long[message.size()];
        for (int i = 0; i < sizes.length; i++) {
            flat.add(tf.reshape(message.get(i).value(), tf.constant(new int[] {-1})));
            sizes[i] = size(message.get(i));
        }
        Operand<TFloat32> sum = group.sum(tf, flat.size() == 1 ? flat.get(0) : tf.concat(flat, tf.constant(0)));
        List<Output<TFloat32>> parts = tf.splitV(sum, tf.constant(sizes), tf.constant(0), (long) sizes.length)
                .output();
        List<Gradient> sums = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            Gradient own = message.get(i);
            sums.add(new Gradient(own.parameter(), tf.reshape(parts.get(i), tf.shape(own.value()))));
        }
        return sums;
    }

    private static long size(Gradient gradient) {
        return gradient.parameter().fileShape().stream().reduce(1L, (a, b) -> a * b);
    }
}
