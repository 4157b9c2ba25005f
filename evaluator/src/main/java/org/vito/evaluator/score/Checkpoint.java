package org.vito.evaluator.score;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vito.evaluator.data.ImagePart;
import org.vito.evaluator.data.ImageSet;
import org.vito.evaluator.task.Features;
import org.vito.evaluator.task.Workers;
import org.vito.learner.FrozenEncoder;
import org.vito.learner.TensorFile;

/**
 * A checkpoint that is being scored, held until it is closed: its features of images, for which its network is opened when first
 * needed. One thread at a time.
 */
final class Checkpoint implements AutoCloseable {
    private static final int CHUNK = 4096; // images in a file of features
    private static final String FEATURES = "features";

    private final HeldCheckpoint held;
    private final String digest;
    private final ImageEncoder.Opener encoders;
    private final int batch;
    private final KeptFiles kept;
    private final Workers workers;
    private final Runnable alive;
    private @Nullable ImageEncoder encoder;
    private @Nullable FeatureExtractor extractor;

    /**
     * @param held to be closed with this
     * @param digest of its manifest
     * @param batch images encoded at once
     * @param alive called after every batch
     */
    Checkpoint(
            HeldCheckpoint held,
            String digest,
            ImageEncoder.Opener encoders,
            int batch,
            KeptFiles kept,
            Workers workers,
            Runnable alive) {
        this.held = held;
        this.digest = digest;
        this.encoders = encoders;
        this.batch = batch;
        this.kept = kept;
        this.workers = workers;
        this.alive = () -> {
            held.renew();
            alive.run();
        };
    }

    /** Digest of its manifest: which network it is. */
    String digest() {
        return digest;
    }

    /** Where its files are. */
    java.nio.file.Path directory() {
        return held.directory();
    }

    /** What to call now and then, so that everybody knows that the work goes on. */
    Runnable alive() {
        return alive;
    }

    /** The features of both parts of a set, computed once for all tasks and jobs as long as they are kept. */
    Features features(ImageSet set) {
        return new Features(
                features(set.train()),
                labels(set.train()),
                features(set.test()),
                labels(set.test()),
                set.classes().size());
    }

    private float[][] features(ImagePart part) {
        String key = "features 1 %s %s".formatted(digest, part.identity());
        return kept.alone(key, workers, () -> {
            float[][] all = new float[part.size()][];
            for (int from = 0; from < all.length; from += CHUNK) {
                int start = from;
                int end = Math.min(all.length, from + CHUNK);
                String chunk = key + " " + start + " " + end;
                float[][] rows = find(chunk, end - start).orElseGet(() -> {
                    float[][] made = encode(part, start, end);
                    TensorFile file = new TensorFile(
                            Map.of("checkpoint", digest, "images", part.identity(), "first", String.valueOf(start)),
                            Map.of(FEATURES, TensorFile.Tensor.of(made)));
                    kept.put(KeptFiles.Kind.FEATURES, chunk, file);
                    return made;
                });
                System.arraycopy(rows, 0, all, start, rows.length);
                alive.run();
            }
            return all;
        });
    }

    private Optional<float[][]> find(String chunk, int count) {
        return kept.find(KeptFiles.Kind.FEATURES, chunk)
                .filter(file -> file.tensors().containsKey(FEATURES))
                .map(file -> file.tensor(FEATURES))
                .filter(tensor -> tensor.shape().size() == 2 && tensor.shape().get(0) == count)
                .map(TensorFile.Tensor::rows);
    }

    private static int[] labels(ImagePart part) {
        return java.util.stream.IntStream.range(0, part.size()).map(part::label).toArray();
    }

    /** Features of the images {@code from} … {@code to}-1, computed now. */
    float[][] encode(ImagePart part, int from, int to) {
        FeatureExtractor opened = extractor;
        if (opened == null) {
            opened = new FeatureExtractor(opened(), batch, workers, alive);
            extractor = opened;
        }
        return opened.encode(part, from, to);
    }

    /** Its network, for what else than features it can tell of images. */
    Optional<FrozenEncoder> network() {
        return opened().network();
    }

    private ImageEncoder opened() {
        ImageEncoder opened = encoder;
        if (opened == null) {
            opened = encoders.open(held.directory());
            encoder = opened;
        }
        return opened;
    }

    /** Closes the network, which is opened again when it is needed. */
    void release() {
        FeatureExtractor first = extractor;
        ImageEncoder then = encoder;
        extractor = null;
        encoder = null;
        try {
            if (first != null) {
                first.close();
            }
        } finally {
            if (then != null) {
                then.close();
            }
        }
    }

    @Override
    public void close() {
        try {
            release();
        } finally {
            held.close();
        }
    }

    /** Images encoded at once. */
    int batch() {
        return batch;
    }
}
