package org.vito.ingest;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.vito.protocol.v1.Frame;

/** A classifier: class 1 where a frame is brighter than the middle, else class 0. */
final class Brightness implements CurationNetworks, FrameClassifier {
    final AtomicInteger batches = new AtomicInteger(); // that were classified
    final AtomicInteger open = new AtomicInteger(); // classifiers that nobody has closed

    @Override
    public FrameClassifier classifier(String weights) {
        if (!weights.equals(name())) {
            throw new AssertionError("nobody has " + weights);
        }
        open.incrementAndGet();
        return this;
    }

    @Override
    public String newest(String weights) {
        return name();
    }

    @Override
    public FrameEmbedder embedder(String weights) {
        throw new AssertionError("nobody needs features");
    }

    @Override
    public String name() {
        return "brightness";
    }

    @Override
    public int classes() {
        return 2;
    }

    @Override
    public float[][] classify(List<Frame> frames) {
        batches.incrementAndGet();
        return frames.stream()
                .map(TestVideos::brightness)
                .map(bright -> new float[] {1 - bright, bright})
                .toArray(float[][]::new);
    }

    @Override
    public void close() {
        open.decrementAndGet();
    }
}
