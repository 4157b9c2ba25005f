package org.vito.evaluator.video;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.augment.Images;
import org.vito.evaluator.data.DavisSet;
import org.vito.evaluator.data.Mask;
import org.vito.evaluator.task.Workers;
import org.vito.learner.Features;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Semi-supervised video segmentation of DAVIS 2017 by a frozen network: the first frame's mask is carried to the later frames
 * by {@link MaskPropagation} over the third block group's features at stride 8, and compared with theirs. Frames are used at
 * the size that they have. The first and the last frame do not count; the mean is over an object's frames, then over
 * all objects of all videos, as davis2017-evaluation takes it.
 */
public final class PropagationTask {
    /** The name in settings and scores. */
    public static final String NAME = "propagation";

    private static final int STRIDE = 8;
    private static final String FEATURES = "layer3";

    /**
     * How it is done; VFS: 20 frames, 18 places, 10 neighbours, temperature 0.07.
     *
     * @param frames before a frame that it is compared with, besides the first
     * @param radius distance in places of the feature map, below which places are compared
     * @param neighbours how many of the most similar places count
     * @param temperature a neighbour of cosine similarity s counts exp(s / temperature)
     */
    public record Options(int frames, int radius, int neighbours, double temperature) {}

    /** Is told of the masks that are found. */
    public interface Watcher {
        /** A frame's mask was found; of the first frame, index 0, it is the given one. */
        void found(DavisSet.Video video, int index, Mask mask);
    }

    private final Options options;

    /** The task. */
    public PropagationTask(Options options) {
        this.options = options;
    }

    /** Sums over objects. */
    private static final class Sums {
        private double region;
        private double boundary;
        private int objects;
        private int frames;
    }

    /**
     * Measures. Takes seconds for every frame on a processor.
     *
     * @param checkpoint directory or file of weights that {@link FrozenEncoder} opens
     * @param watcher is told of every mask, video by video, in the order of their frames
     * @param alive called after every frame
     * @return {@code j-and-f}, {@code j} and {@code f} (shares, 0 … 1), and how many objects and frames they are of
     * @throws VitoException OTHER_CONFIGURATION if the network has no third block group whose stride could be 8
     */
    public Map<String, Double> run(Path checkpoint, DavisSet set, Watcher watcher, Workers workers, Runnable alive) {
        try (FrozenEncoder encoder = FrozenEncoder.open(checkpoint, STRIDE)) {
            if (!encoder.outputs().contains(FEATURES)) {
                throw new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "the network has no third block group, whose features are compared; it has "
                                + encoder.outputs());
            }
            Sums sums = new Sums();
            for (DavisSet.Video video : set.videos()) {
                measure(encoder, video, watcher, sums, workers, alive);
            }
            if (sums.objects == 0) {
                throw new VitoException(
                        Reason.BAD_DATA_SET, "no video of %s has an object in its first mask".formatted(set.name()));
            }
            double region = sums.region / sums.objects;
            double boundary = sums.boundary / sums.objects;
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("j-and-f", (region + boundary) / 2);
            metrics.put("j", region);
            metrics.put("f", boundary);
            metrics.put("objects", (double) sums.objects);
            metrics.put("frames", (double) sums.frames);
            return metrics;
        }
    }

    private void measure(
            FrozenEncoder encoder, DavisSet.Video video, Watcher watcher, Sums sums, Workers workers, Runnable alive) {
        Mask first = video.mask(0);
        int objects = first.objects();
        Features begin = features(encoder, video, 0, first);
        int rows = begin.shape().get(1);
        int columns = begin.shape().get(2);
        int classes = objects + 1;
        double[] region = new double[classes];
        double[] boundary = new double[classes];
        int counted = video.frames().size() - 2;
        try (MaskPropagation propagation = MaskPropagation.open(
                new MaskPropagation.Rule(
                        options.frames(), options.radius(), options.neighbours(), options.temperature()),
                rows,
                columns,
                begin.shape().get(3),
                classes)) {
            propagation.begin(begin.values(), MaskMaps.oneHot(first, rows, columns, classes));
            watcher.found(video, 0, first);
            for (int t = 1; t < video.frames().size(); t++) {
                workers.check();
                float[] map =
                        propagation.next(features(encoder, video, t, first).values());
                Mask found = MaskMaps.mask(map, rows, columns, classes, first.width(), first.height());
                watcher.found(video, t, found);
                if (t <= counted) {
                    compare(truth(video, t, first), found, region, boundary, workers);
                }
                alive.run();
            }
        }
        for (int object = 1; object < classes; object++) {
            sums.region += region[object] / counted;
            sums.boundary += boundary[object] / counted;
        }
        sums.objects += objects;
        sums.frames += counted;
    }

    private static void compare(Mask truth, Mask found, double[] region, double[] boundary, Workers workers) {
        workers.each(region.length - 1, i -> {
            boolean[] expected = truth.of(i + 1);
            boolean[] actual = found.of(i + 1);
            region[i + 1] += MaskAccuracy.region(expected, actual);
            boundary[i + 1] += MaskAccuracy.boundary(expected, actual, truth.height(), truth.width());
        });
    }

    private static Mask truth(DavisSet.Video video, int index, Mask first) {
        Mask truth = video.mask(index);
        if (truth.width() != first.width() || truth.height() != first.height()) {
            throw new VitoException(
                    Reason.BAD_DATA_SET,
                    "%s has %d by %d pixels; expected %d by %d as of the first mask"
                            .formatted(
                                    video.masks().get(index),
                                    truth.width(),
                                    truth.height(),
                                    first.width(),
                                    first.height()));
        }
        return truth;
    }

    private static Features features(FrozenEncoder encoder, DavisSet.Video video, int index, Mask first) {
        Images.Picture frame = video.frame(index);
        if (frame.width() != first.width() || frame.height() != first.height()) {
            throw new VitoException(
                    Reason.BAD_DATA_SET,
                    "%s has %d by %d pixels; expected %d by %d as of the video's first mask"
                            .formatted(
                                    video.frames().get(index),
                                    frame.width(),
                                    frame.height(),
                                    first.width(),
                                    first.height()));
        }
        ByteBuffer pixels = ByteBuffer.allocateDirect(frame.rgb().size());
        frame.rgb().copyTo(pixels);
        return encoder.encode(pixels.flip(), 1, frame.height(), frame.width(), List.of(FEATURES))
                .get(0);
    }
}
