package org.vito.evaluator.score;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.evaluator.data.ClassifiedSet;
import org.vito.evaluator.data.ClickMeSet;
import org.vito.evaluator.data.DataSet;
import org.vito.evaluator.data.DavisSet;
import org.vito.evaluator.data.HumanSet;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.data.MaskFiles;
import org.vito.evaluator.human.ClickMeTask;
import org.vito.evaluator.human.HumanTask;
import org.vito.evaluator.human.NetworkMaps;
import org.vito.evaluator.picture.PictureStore;
import org.vito.evaluator.picture.Sheet;
import org.vito.evaluator.plan.Job;
import org.vito.evaluator.plan.Scorer;
import org.vito.evaluator.robust.Robustness;
import org.vito.evaluator.task.Classifier;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.LinearProbeTask;
import org.vito.evaluator.task.Task;
import org.vito.evaluator.task.Workers;
import org.vito.evaluator.video.PropagationTask;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;

/**
 * Scores a checkpoint, which it holds while it reads it: on labelled images it computes features once and runs each task on
 * them, on videos and on images that a classifier is tried on it runs the one task there is.
 */
public final class CheckpointScorer implements Scorer {
    /** Name of a classifier: the one that a network brought with it. */
    public static final String OWN_CLASSIFIER = "network";

    /** What there is to score on. */
    public interface Library {
        /**
         * Opens a data set by its name.
         *
         * @throws VitoException BAD_DATA_SET if it cannot be used; a failure of every task of the job
         */
        DataSet open(String name);

        /**
         * Whose classifier a set is to be classified with: {@value #OWN_CLASSIFIER}, or the name of the labelled images that it is
         * trained on; empty if none is named.
         */
        String classifier(String dataSet);
    }

    /**
     * What a scorer works with.
     *
     * @param encoders opens networks
     * @param kept features and classifiers that are kept
     * @param masks where masks that were found are written, one directory a checkpoint and data set
     * @param pictures for people
     * @param batch images encoded at once
     * @param threads used by one evaluator beside those of TensorFlow
     * @param executor lends them
     * @param reader under which name checkpoints are held: letters, digits, '.', '_', '-', and no other scorer's
     */
    public record Means(
            ImageEncoder.Opener encoders,
            KeptFiles kept,
            Optional<Path> masks,
            PictureStore pictures,
            int batch,
            int threads,
            Executor executor,
            String reader,
            InstantSource clock) {}

    private final Library library;
    private final Map<String, Task> tasks = new TreeMap<>();
    private final PropagationTask propagation;
    private final Classifiers classifiers;
    private final Means means;

    /**
     * @param tasks on labelled images
     * @param probe the linear probe among them, which also trains the classifiers of other tasks
     * @param propagation on videos
     */
    public CheckpointScorer(
            Library library, Iterable<Task> tasks, LinearProbeTask probe, PropagationTask propagation, Means means) {
        this.library = library;
        tasks.forEach(task -> this.tasks.put(task.name(), task));
        this.propagation = propagation;
        this.means = means;
        classifiers = new Classifiers(means.kept(), probe);
    }

    @Override
    public void score(Job job, Listener listener) {
        Workers workers = new Workers(means.executor(), means.threads(), () -> {
            listener.alive();
            return listener.cancelled();
        });
        job.tasks().forEach(listener::started);
        DataSet set = library.open(job.dataSet());
        try (Checkpoint checkpoint = open(job, listener, workers)) {
            if (set instanceof ImageSet images) {
                onImages(job, images, checkpoint, listener, workers);
            } else {
                job.tasks().forEach(name -> tell(name, listener, () -> alone(name, job, set, checkpoint, workers)));
            }
        }
    }

    private Checkpoint open(Job job, Listener listener, Workers workers) {
        String digest = job.checkpoint().getDigest();
        HeldCheckpoint held = HeldCheckpoint.hold(directory(job.checkpoint()), digest, means.reader(), means.clock());
        return new Checkpoint(held, digest, means.encoders(), means.batch(), means.kept(), workers, listener::alive);
    }

    private void onImages(Job job, ImageSet set, Checkpoint checkpoint, Listener listener, Workers workers) {
        Shared features = new Shared(() -> checkpoint.features(set));
        if (job.tasks().stream().anyMatch(name -> !(tasks.get(name) instanceof LinearProbeTask))) {
            features.get(); // a failure here is one of every task
        }
        CheckpointPictures pictures = new CheckpointPictures(means.pictures(), job);
        if (means.pictures().isOn()) {
            checkpoint.network().ifPresent(network -> pictures.attention(set, network));
        }
        checkpoint.release();
        for (String name : job.tasks()) {
            tell(name, listener, () -> {
                Task task = tasks.get(name);
                if (task == null) {
                    throw new VitoException(
                            Reason.BAD_SETTING, "there is no task " + name + "; there are " + tasks.keySet());
                }
                Map<String, Double> metrics = new LinkedHashMap<>(
                        task instanceof LinearProbeTask
                                ? classifiers
                                        .trained(checkpoint, set, features, workers)
                                        .metrics()
                                : task.run(features.get(), workers));
                features.seconds().ifPresent(seconds -> metrics.put("seconds.features", seconds));
                return metrics;
            });
        }
        features.found().ifPresent(found -> pictures.neighbours(set, found));
    }

    /** The one task on a set of another kind. */
    private Map<String, Double> alone(String name, Job job, DataSet set, Checkpoint checkpoint, Workers workers) {
        CheckpointPictures pictures = new CheckpointPictures(means.pictures(), job);
        if (set instanceof DavisSet videos) {
            requireTask(name, PropagationTask.NAME, set);
            Optional<Path> to = means.masks()
                    .map(root -> root.resolve(job.checkpoint().getRunId())
                            .resolve(String.valueOf(job.checkpoint().getStep()))
                            .resolve(videos.name()));
            CheckpointPictures.Masks drawn = pictures.masks();
            Map<String, Double> metrics = propagation.run(
                    checkpoint.directory(),
                    videos,
                    (video, index, mask) -> {
                        to.ifPresent(root ->
                                MaskFiles.write(root.resolve(video.name()).resolve(video.name(index)), mask));
                        drawn.found(video, index, mask);
                    },
                    workers,
                    checkpoint.alive());
            drawn.put();
            if (means.pictures().isOn()) {
                checkpoint.network().ifPresent(network -> pictures.attention(videos, network));
            }
            return metrics;
        }
        if (set instanceof ClickMeSet looked) {
            requireTask(name, ClickMeTask.NAME, set);
            return alignment(looked, checkpoint, pictures, workers);
        }
        if (set instanceof HumanSet named) {
            requireTask(name, HumanTask.NAME, set);
            return HumanTask.measure(named, new Classified(checkpoint, classifier(set.name(), checkpoint, workers)));
        }
        ClassifiedSet images = (ClassifiedSet) set;
        requireTask(name, Robustness.task(images), set);
        Classified network = new Classified(checkpoint, classifier(set.name(), checkpoint, workers));
        Map<String, Double> metrics = Robustness.measure(images, network);
        pictures.lost(metrics);
        return metrics;
    }

    private Map<String, Double> alignment(
            ClickMeSet set, Checkpoint checkpoint, CheckpointPictures pictures, Workers workers) {
        Sheet sheet = CheckpointPictures.alignmentSheet();
        ClickMeTask.Watcher drawn = pictures.alignment(sheet);
        Supplier<Optional<Classifier>> classifier =
                () -> library.classifier(set.name()).isEmpty()
                        ? Optional.empty()
                        : Optional.of(classifier(set.name(), checkpoint, workers));
        try (NetworkMaps maps = NetworkMaps.open(checkpoint.directory(), classifier)) {
            Map<String, Double> metrics =
                    ClickMeTask.measure(set, maps, (index, picture, people, network, correlation) -> {
                        workers.check();
                        checkpoint.alive().run();
                        drawn.compared(index, picture, people, network, correlation);
                    });
            pictures.put("saliency", sheet);
            return metrics;
        }
    }

    private Classifier classifier(String dataSet, Checkpoint checkpoint, Workers workers) {
        String name = library.classifier(dataSet);
        if (name.equals(OWN_CLASSIFIER)) {
            return Classifiers.ofNetwork(checkpoint);
        }
        if (!(library.open(name) instanceof ImageSet labelled)) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "data set %s is to be classified with a classifier of %s, which has no labelled images to train it on"
                            .formatted(dataSet, name));
        }
        return classifiers.trained(checkpoint, labelled, () -> checkpoint.features(labelled), workers);
    }

    private static void requireTask(String name, String expected, DataSet set) {
        if (!name.equals(expected)) {
            throw new VitoException(
                    Reason.BAD_SETTING, "there is no task %s on %s; there is %s".formatted(name, set.name(), expected));
        }
    }

    private static void tell(String name, Listener listener, Supplier<Map<String, Double>> work) {
        long begun = System.nanoTime();
        try {
            listener.scored(name, work.get(), secondsSince(begun));
        } catch (CancellationException | org.vito.protocol.RetriableException e) {
            throw e;
        } catch (RuntimeException e) { // of this task alone
            listener.failed(name, e, secondsSince(begun));
        }
    }

    /** Features that are computed when they are first asked for. */
    private static final class Shared implements Supplier<Features> {
        private final Supplier<Features> made;
        private @Nullable Features features;
        private double seconds;

        Shared(Supplier<Features> made) {
            this.made = made;
        }

        @Override
        public Features get() {
            Features known = features;
            if (known == null) {
                long begun = System.nanoTime();
                known = made.get();
                seconds = secondsSince(begun);
                features = known;
            }
            return known;
        }

        /** What was computed, if it was asked for. */
        Optional<Features> found() {
            return Optional.ofNullable(features);
        }

        /** How long that took, if they were asked for. */
        Optional<Double> seconds() {
            return features == null ? Optional.empty() : Optional.of(seconds);
        }
    }

    private static double secondsSince(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** The directory at the address of a checkpoint: a file URI or a path. */
    static Path directory(CheckpointAnnouncement checkpoint) {
        String address = checkpoint.getAddress();
        Path directory;
        try {
            directory = address.startsWith("file:") ? Path.of(URI.create(address)) : Path.of(address);
        } catch (IllegalArgumentException e) {
            throw damaged("checkpoint %s@%d is at %s; expected a file: URI or a path", checkpoint, e);
        }
        if (!Files.isDirectory(directory)) {
            throw damaged(
                    "checkpoint %s@%d is not at %s any more; it was deleted, or this machine does not share that directory",
                    checkpoint, null);
        }
        return directory;
    }

    private static VitoException damaged(String message, CheckpointAnnouncement checkpoint, @Nullable Exception cause) {
        String text = message.formatted(checkpoint.getRunId(), checkpoint.getStep(), checkpoint.getAddress());
        return cause == null
                ? new VitoException(Reason.DAMAGED_CHECKPOINT, text)
                : new VitoException(Reason.DAMAGED_CHECKPOINT, text, cause);
    }
}
