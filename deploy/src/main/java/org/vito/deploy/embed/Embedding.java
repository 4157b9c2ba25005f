package org.vito.deploy.embed;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.stream.OverflowStrategy;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.StreamConverters;
import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.vito.decode.DecodeSettings;
import org.vito.decode.Decoders;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Runs images, or frames of videos, through a frozen network and writes its features. What is held in memory does not grow
 * with the number of inputs.
 */
public final class Embedding {
    /** Batches of pictures that are read while the network is at work. */
    private static final int AHEAD = 2;

    private final Plan plan;
    private final Config config;
    private final Listener listener;
    private final Set<String> refused = new HashSet<>();
    private final Set<String> usable = new HashSet<>();
    private int done;

    private Embedding(Plan plan, Config config, Listener listener) {
        this.plan = plan;
        this.config = config;
        this.listener = listener;
    }

    /**
     * What is to be done.
     *
     * @param files to be read
     * @param every time between two frames, if the files are videos
     * @param out file of the features, in {@code .npy} or {@code .safetensors}; the index is beside it
     * @param layer what of the network, by a name of its outputs
     * @param squared whether pictures get the transform of evaluation, or stay as large as they are
     * @param batch most pictures encoded at once
     */
    public record Plan(
            InputFiles files, Optional<Duration> every, Path out, String layer, boolean squared, int batch) {}

    /** Is told how far it is. */
    public interface Listener {
        /** {@code done} of the files are read to their end, and {@code rows} of features written. */
        void progress(int done, long rows);

        /** A file was refused, or what is left of it. */
        void refused(String path, String message);
    }

    /**
     * What became of it.
     *
     * @param rows of features
     * @param usable files that have at least one
     * @param refused files that cannot be used, or not to their end
     * @param index file that says which row is whose
     */
    public record Summary(long rows, int usable, int refused, Path index) {}

    /**
     * Does it, on the calling thread and those of {@code system}. If no input is of use, no file is written.
     *
     * @param config of decoding
     * @throws VitoException BAD_SETTING if {@code out} has another ending, the network no such layer, or rows would differ in shape;
     *     STORAGE if it cannot be written
     */
    public static Summary run(
            Plan plan, FrozenEncoder encoder, Config config, ActorSystem<?> system, Listener listener) {
        if (!encoder.outputs().contains(plan.layer())) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "--layer %s: this network has %s".formatted(plan.layer(), String.join(", ", encoder.outputs())));
        }
        return new Embedding(plan, config, listener).run(encoder, system);
    }

    private Summary run(FrozenEncoder encoder, ActorSystem<?> system) {
        int parallelism = Runtime.getRuntime().availableProcessors();
        ExecutorService readers = Executors.newFixedThreadPool(parallelism);
        Pictures.Resize resize = plan.squared() ? Pictures.Resize.EVAL : Pictures.Resize.NONE;
        try (Pictures pictures = new Pictures(resize, encoder.imageSize());
                FeatureFile file = FeatureFile.create(plan.out());
                FeatureIndex index = FeatureIndex.create(plan.out());
                Batches batches = new Batches(encoder, plan.layer(), plan.batch(), file, index)) {
            Inputs inputs = new Inputs(plan.files(), pictures, readers, parallelism);
            if (plan.every().isPresent()) {
                DecodeSettings settings = DecodeSettings.from(config);
                try (Decoders decoders = Decoders.start(system, settings)) {
                    consume(
                            inputs.videos(
                                    decoders, settings.children(), plan.every().get()),
                            system,
                            batches,
                            file,
                            index);
                }
            } else {
                consume(inputs.images(), system, batches, file, index);
            }
            batches.flush();
            if (file.rows() > 0) {
                file.finish();
                index.finish();
            }
            return new Summary(file.rows(), usable.size(), refused.size(), FeatureIndex.fileOf(plan.out()));
        } finally {
            readers.shutdownNow();
        }
    }

    private void consume(
            Source<Input, NotUsed> inputs,
            ActorSystem<?> system,
            Batches batches,
            FeatureFile file,
            FeatureIndex index) {
        try (Stream<Input> stream = inputs.buffer(AHEAD * plan.batch(), OverflowStrategy.backpressure())
                .runWith(StreamConverters.asJavaStream(), system)) {
            for (Iterator<Input> all = stream.iterator(); all.hasNext(); ) {
                Input input = all.next();
                if (input instanceof Input.Picture picture) {
                    usable.add(picture.path());
                    batches.add(picture);
                } else if (input instanceof Input.Refused one) {
                    if (refused.add(one.path())) {
                        index.refused(one);
                        listener.refused(
                                one.path(),
                                "%s: %s".formatted(one.reason().name().toLowerCase(Locale.ROOT), one.message()));
                    }
                } else {
                    done++;
                }
                listener.progress(done, file.rows());
            }
        }
    }
}
