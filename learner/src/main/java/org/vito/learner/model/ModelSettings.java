package org.vito.learner.model;

import com.typesafe.config.Config;
import java.util.Objects;
import org.vito.learner.group.GroupSettings;
import org.vito.learner.network.BatchStatistics;
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
 * @param statistics of batch normalisation in training
 * @param size side of the views, in pixels
 * @param objective what is minimised
 * @param optimiser how
 * @param threads for one operation, and for operations side by side; 0 = as many as there are cores
 * @param xla whether TensorFlow compiles parts of the graph with XLA
 */
public record ModelSettings(
        NetworkSpec network,
        Precision precision,
        int views,
        int clips,
        int microBatch,
        BatchStatistics statistics,
        int size,
        InfoNce objective,
        Optimiser optimiser,
        int threads,
        boolean xla) {

    private static final int MOST = 1 << 20;

    /** Reads and checks the settings. */
    public static ModelSettings from(Config config) {
        Settings learner = Settings.at(config, "vito.learner");
        Settings model = learner.in("model");
        int views = model.whole("views", 2, 64);
        int clips = model.whole("clips", 1, MOST);
        int size = model.whole("size", 8, 4096);
        int learners = GroupSettings.from(learner).size();
        model.check(
                "clips",
                clips % learners == 0,
                "a multiple of the " + learners + " learners that train together (vito.learner.group.of)");
        int part = clips / learners;
        model.check(
                "clips",
                (long) views * part * size * size * 3 <= Integer.MAX_VALUE - 8,
                "at most 2 GiB for each learner (views × clips × size × size × 3 bytes)");
        int microBatch = model.whole("micro-batch", 0, MOST);
        model.check(
                "micro-batch",
                microBatch == 0 || part % microBatch == 0,
                "0 or a number that divides the " + part + " clips of a learner");
        return new ModelSettings(
                NetworkSpec.from(model),
                model.choice("precision", Precision.class),
                views,
                clips,
                microBatch == 0 ? clips : microBatch,
                model.choice("batch-norm", BatchNorm.class).statistics,
                size,
                InfoNce.from(learner),
                Optimiser.from(learner),
                model.whole("threads", 0, 1024),
                model.flag("xla"));
    }

    /** What "batch-norm" can be. */
    private enum BatchNorm {
        SYNCHRONISED(BatchStatistics.SHARED),
        LOCAL(BatchStatistics.OWN);

        private final BatchStatistics statistics;

        BatchNorm(BatchStatistics statistics) {
            this.statistics = statistics;
        }
    }

    /** The settings of one of {@code processes} equal parts of the batch; the micro-batch is the part's, if that is less. */
    public ModelSettings partOf(int processes) {
        int part = clips / processes;
        return new ModelSettings(
                network,
                precision,
                views,
                part,
                Math.min(microBatch, part),
                statistics,
                size,
                objective,
                optimiser,
                threads,
                xla);
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
