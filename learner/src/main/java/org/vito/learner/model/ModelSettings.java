package org.vito.learner.model;

import com.typesafe.config.Config;
import java.util.Objects;
import org.vito.learner.network.NetworkSpec;
import org.vito.learner.network.Precision;
import org.vito.learner.objective.InfoNce;
import org.vito.learner.optimise.Optimiser;
import org.vito.protocol.Settings;

/**
 * What is trained on which batches; every key is explained in {@code reference.conf} under {@code vito.learner.model},
 * {@code objective} and {@code optimiser}.
 *
 * @param network the encoder with pooling and projector
 * @param precision of the numbers that it computes in
 * @param views of a clip in a batch
 * @param clips of a batch
 * @param microBatch clips that pass through the networks at a time; divides {@code clips}
 * @param size side of the views, in pixels
 * @param objective what is minimised
 * @param optimiser how
 * @param threads for one operation, and for operations side by side; 0 = as many as there are cores
 */
public record ModelSettings(
        NetworkSpec network,
        Precision precision,
        int views,
        int clips,
        int microBatch,
        int size,
        InfoNce objective,
        Optimiser optimiser,
        int threads) {

    private static final int MOST = 1 << 20;

    /** Reads and checks the settings. */
    public static ModelSettings from(Config config) {
        Settings learner = Settings.at(config, "vito.learner");
        Settings model = learner.in("model");
        int views = model.whole("views", 2, 64);
        int clips = model.whole("clips", 1, MOST);
        int size = model.whole("size", 8, 4096);
        model.check(
                "clips",
                (long) views * clips * size * size * 3 <= Integer.MAX_VALUE - 8,
                "a batch of at most 2 GiB (views × clips × size × size × 3 bytes)");
        int microBatch = model.whole("micro-batch", 0, MOST);
        model.check(
                "micro-batch",
                microBatch == 0 || clips % microBatch == 0,
                "0 or a number that divides the batch of " + clips + " clips");
        return new ModelSettings(
                NetworkSpec.from(model),
                model.choice("precision", Precision.class),
                views,
                clips,
                microBatch == 0 ? clips : microBatch,
                size,
                InfoNce.from(learner),
                Optimiser.from(learner),
                model.whole("threads", 0, 1024));
    }

    /** Micro-batches of a batch. */
    public int parts() {
        return clips / microBatch;
    }

    /** Length of a projection. */
    public int projectionLength() {
        return Objects.requireNonNull(network.projector(), "projector").output();
    }

    /** Name of the encoder's architecture, e.g. {@code resnet50}. */
    public String architecture() {
        return network.architecture();
    }
}
