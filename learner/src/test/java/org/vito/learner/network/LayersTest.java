package org.vito.learner.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.vito.learner.group.ProcessGroup;

class LayersTest {
    private static final int IMAGES = 4000;

    /** Each image is kept or dropped as a whole; the mean stays; views differ, the same seed repeats, another does not. */
    @Test
    void dropPathSkipsImagesAtRandom() {
        float[][] first = dropped(7, 0.25);
        float[][] second = dropped(7, 0.25);
        assertThat(first[0]).containsExactly(second[0]);
        assertThat(first[1]).containsExactly(second[1]).isNotEqualTo(first[0]);
        assertThat(dropped(8, 0.25)[0]).isNotEqualTo(first[0]);
        int kept = 0;
        int both = 0;
        for (int i = 0; i < IMAGES; i++) {
            assertThat(first[0][2 * i]).isEqualTo(first[0][2 * i + 1]);
            assertThat(first[0][2 * i] == 0 || Math.abs(first[0][2 * i] - 1 / 0.75) < 1e-6)
                    .isTrue();
            kept += first[0][2 * i] == 0 ? 0 : 1;
            both += first[0][2 * i] == 0 || first[1][2 * i] == 0 ? 0 : 1;
        }
        // Four standard deviations.
        assertThat((double) kept / IMAGES).isCloseTo(0.75, within(4 * Math.sqrt(0.75 * 0.25 / IMAGES)));
        assertThat((double) both / IMAGES).isCloseTo(0.5625, within(4 * Math.sqrt(0.5625 * 0.4375 / IMAGES)));
    }

    @Test
    void withoutASeedOrARateNothingIsDropped() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Views<TFloat32> branch = Views.one(tf.constant(new float[1][1][1][1]));
            assertThat(new Layers<>(tf, new Variables(tf), TFloat32.class, BatchStatistics.OWN).dropPath(branch, 0.5))
                    .isSameAs(branch);
            assertThat(seeded(tf, 1).dropPath(branch, 0)).isSameAs(branch);
        }
    }

    /** Branches of ones, {@code [IMAGES, 1, 2, 1]}, of two views. */
    private static float[][] dropped(long seed, double rate) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> ones = tf.ones(tf.constant(new int[] {IMAGES, 1, 2, 1}), TFloat32.class);
            Views<TFloat32> branch = seeded(tf, seed).dropPath(Views.of(tf, List.of(ones, ones)), rate);
            float[][] found = new float[2][2 * IMAGES];
            try (Session session = new Session(graph);
                    Result result = session.runner()
                            .fetch(branch.each(tf).get(0))
                            .fetch(branch.each(tf).get(1))
                            .run()) {
                for (int view = 0; view < found.length; view++) {
                    ((TFloat32) result.get(view)).copyTo(DataBuffers.of(found[view], false, false));
                }
            }
            return found;
        }
    }

    private static Layers<TFloat32> seeded(Ops tf, long seed) {
        return new Layers<>(
                tf,
                new Variables(tf),
                TFloat32.class,
                BatchStatistics.OWN,
                tf.constant(new long[] {seed, 0}),
                ProcessGroup.alone());
    }

    /** x Φ(x) at −3, −1, 0, 1 and 3, and the normalisation of four channels. */
    @Test
    void geluAndLayerNorm() {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            assertThat(fetch(graph, Activation.GELU.apply(tf, tf.constant(new double[] {-3, -1, 0, 1, 3}))))
                    .containsExactly(new double[] {-0.00404969, -0.15865525, 0, 0.84134475, 2.99595031}, within(1e-8));
            Layers<TFloat64> layers = new Layers<>(tf, new Variables(tf), TFloat64.class, BatchStatistics.OWN);
            Operand<TFloat64> normalised = layers.layerNorm(
                            "norm", Views.one(tf.constant(new double[][] {{1, 2, 3, 6}})), 4)
                    .all();
            try (Session session = new Session(graph)) {
                layers.variables().initialise(session, 0);
                double deviation = Math.sqrt(3.5 + 1e-5);
                assertThat(fetch(session, normalised))
                        .containsExactly(new double[] {-2 / deviation, -1 / deviation, 0, 3 / deviation}, within(1e-9));
            }
        }
    }

    private static double[] fetch(Graph graph, Operand<TFloat64> node) {
        try (Session session = new Session(graph)) {
            return fetch(session, node);
        }
    }

    private static double[] fetch(Session session, Operand<TFloat64> node) {
        try (Result result = session.runner().fetch(node).run()) {
            TFloat64 tensor = (TFloat64) result.get(0);
            double[] values = new double[(int) tensor.size()];
            tensor.copyTo(DataBuffers.of(values, false, false));
            return values;
        }
    }
}
