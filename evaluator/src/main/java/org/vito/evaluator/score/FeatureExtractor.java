package org.vito.evaluator.score;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vito.augment.EvaluationTransform;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.task.Workers;

/**
 * Makes the features of images under one network, batch by batch: shorter side resized to 256/224 of the network's
 * image size, centre crop of that size.
 */
final class FeatureExtractor implements AutoCloseable {

    private final ImageEncoder encoder;
    private final int batch;
    private final Workers workers;
    private final Runnable alive;
    private final int size;
    private final ByteBuffer images;
    private final List<EvaluationTransform> transforms = new ArrayList<>(); // one a thread

    /** Encodes {@code batch} images at once and calls {@code alive} after each batch. */
    FeatureExtractor(ImageEncoder encoder, int batch, Workers workers, Runnable alive) {
        this.encoder = encoder;
        this.batch = batch;
        this.workers = workers;
        this.alive = alive;
        size = encoder.imageSize();
        images = ByteBuffer.allocateDirect(Math.multiplyExact(batch, size * size * 3));
        for (int i = 0; i < workers.threads(); i++) {
            transforms.add(EvaluationTransform.of(size));
        }
    }

    /** Features of the images {@code from} … {@code to}-1. */
    float[][] encode(ImagePart part, int from, int to) {
        float[][] features = new float[to - from][];
        for (int done = 0; done < features.length; done += batch) {
            workers.check();
            int count = Math.min(batch, features.length - done);
            write(part, from + done, count);
            float[][] encoded = encoder.encode(images.duplicate().limit(count * size * size * 3), count, size);
            System.arraycopy(encoded, 0, features, done, count);
            alive.run();
        }
        return features;
    }

    private void write(ImagePart part, int from, int count) {
        int bytes = size * size * 3;
        workers.each(transforms.size(), worker -> {
            for (int i = worker; i < count; i += transforms.size()) {
                part.write(from + i, transforms.get(worker), images.slice(i * bytes, bytes));
            }
        });
    }

    @Override
    public void close() {
        transforms.forEach(EvaluationTransform::close);
    }
}
