package org.vito.evaluator.score;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.vito.evaluator.data.DataSet;
import org.vito.evaluator.data.DavisSet;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.plan.Job;
import org.vito.evaluator.plan.Scorer;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.Task;
import org.vito.evaluator.task.Workers;
import org.vito.evaluator.video.PropagationTask;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;

/**
 * Scores a checkpoint, which it holds while it reads it: on labelled images it computes features once and runs each task on
 * them, on videos it runs the one task there is.
 */
public final class CheckpointScorer implements Scorer {
    private final Function<String, DataSet> dataSets;
    private final Map<String, Task> tasks = new TreeMap<>();
    private final PropagationTask propagation;
    private final Optional<Path> masks;
    private final ImageEncoder.Opener encoders;
    private final int batch;
    private final int threads;
    private final Executor executor;
    private final String reader;
    private final InstantSource clock;

    /**
     * @param dataSets opens a data set by its name; a failure is one of every task of the job
     * @param tasks on labelled images
     * @param propagation on videos
     * @param masks where it writes what it finds, one directory a checkpoint and data set
     * @param batch images encoded at once
     * @param threads used by one evaluator beside those of TensorFlow
     * @param executor lends them
     * @param reader under which name checkpoints are held: letters, digits, '.', '_', '-', and no other scorer's
     */
    public CheckpointScorer(
            Function<String, DataSet> dataSets,
            Iterable<Task> tasks,
            PropagationTask propagation,
            Optional<Path> masks,
            ImageEncoder.Opener encoders,
            int batch,
            int threads,
            Executor executor,
            String reader,
            InstantSource clock) {
        this.dataSets = dataSets;
        tasks.forEach(task -> this.tasks.put(task.name(), task));
        this.propagation = propagation;
        this.masks = masks;
        this.encoders = encoders;
        this.batch = batch;
        this.threads = threads;
        this.executor = executor;
        this.reader = reader;
        this.clock = clock;
    }

    @Override
    public void score(Job job, Listener listener) {
        Workers workers = new Workers(executor, threads, () -> {
            listener.alive();
            return listener.cancelled();
        });
        job.tasks().forEach(listener::started);
        DataSet set = dataSets.apply(job.dataSet());
        if (set instanceof DavisSet videos) {
            job.tasks().forEach(name -> propagate(name, job, videos, listener, workers));
        } else {
            onImages(job, (ImageSet) set, listener, workers);
        }
    }

    private void onImages(Job job, ImageSet set, Listener listener, Workers workers) {
        long begun = System.nanoTime();
        Features features = features(job, set, listener, workers);
        double featureSeconds = secondsSince(begun);
        for (String name : job.tasks()) {
            run(name, features, featureSeconds, listener, workers);
        }
    }

    private void propagate(String name, Job job, DavisSet videos, Listener listener, Workers workers) {
        long begun = System.nanoTime();
        if (!name.equals(PropagationTask.NAME)) {
            throw new VitoException(
                    Reason.BAD_SETTING, "there is no task " + name + " on videos; there is " + PropagationTask.NAME);
        }
        try (HeldCheckpoint held = hold(job)) {
            Optional<Path> to = masks.map(root -> root.resolve(job.checkpoint().getRunId())
                    .resolve(String.valueOf(job.checkpoint().getStep()))
                    .resolve(videos.name()));
            listener.scored(
                    name,
                    propagation.run(held.directory(), videos, to, workers, () -> {
                        held.renew();
                        listener.alive();
                    }),
                    secondsSince(begun));
        }
    }

    private HeldCheckpoint hold(Job job) {
        return HeldCheckpoint.hold(directory(job.checkpoint()), job.checkpoint().getDigest(), reader, clock);
    }

    private Features features(Job job, ImageSet set, Listener listener, Workers workers) {
        try (HeldCheckpoint held = hold(job);
                ImageEncoder encoder = encoders.open(held.directory());
                FeatureExtractor extractor = new FeatureExtractor(encoder, batch, workers, () -> {
                    held.renew();
                    listener.alive();
                })) {
            return extractor.extract(set);
        }
    }

    private void run(String name, Features features, double featureSeconds, Listener listener, Workers workers) {
        long begun = System.nanoTime();
        try {
            Task task = tasks.get(name);
            if (task == null) {
                throw new VitoException(
                        Reason.BAD_SETTING, "there is no task " + name + "; there are " + tasks.keySet());
            }
            Map<String, Double> metrics = new java.util.LinkedHashMap<>(task.run(features, workers));
            metrics.put("seconds.features", featureSeconds);
            listener.scored(name, metrics, secondsSince(begun));
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) { // of this task alone
            listener.failed(name, e, secondsSince(begun));
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

    private static VitoException damaged(
            String message, CheckpointAnnouncement checkpoint, @org.jspecify.annotations.Nullable Exception cause) {
        String text = message.formatted(checkpoint.getRunId(), checkpoint.getStep(), checkpoint.getAddress());
        return cause == null
                ? new VitoException(Reason.DAMAGED_CHECKPOINT, text)
                : new VitoException(Reason.DAMAGED_CHECKPOINT, text, cause);
    }
}
