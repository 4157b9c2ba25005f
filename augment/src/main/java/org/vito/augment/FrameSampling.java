package org.vito.augment;

import java.util.BitSet;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

/**
 * Which frames of a clip its views are made of.
 *
 * @param scheme how their times are drawn
 * @param deltaUs time from one view to the next in {@link Scheme#DELTA}, microseconds
 */
public record FrameSampling(Scheme scheme, long deltaUs) {
    /** How the times of a clip's views are drawn; its length is T. */
    public enum Scheme {
        /** Independent and uniform over T: VITO, arXiv 2210.06433, section 3. */
        MARGINAL,
        /** One time for all: views of one frame, as of a still image. */
        SAME,
        /** A fixed time apart: VINCE, arXiv 2003.07990. */
        DELTA,
        /** Uniform in each of as many equal parts of T as there are views, in their order: VFS, arXiv 2103.17263. */
        CHUNKS
    }

    static FrameSampling from(Settings augment) {
        long deltaUs = augment.duration("sampling-delta").toNanos() / 1000;
        augment.check("sampling-delta", deltaUs > 0, "a duration of at least a microsecond");
        return new FrameSampling(augment.choice("sampling", Scheme.class), deltaUs);
    }

    /**
     * The numbers of a clip's frames for its views; a frame is there twice only if the clip has fewer than there are views,
     * and in {@link Scheme#SAME}.
     *
     * @param clip of at least one frame
     * @throws VitoException BAD_SETTING if the clip is too short for views {@link #deltaUs} apart
     */
    int[] draw(Clip clip, int views, CounterRandom random) {
        // Decoding has drawn the times of a clip's frames independently and uniformly: so are those of any of them that
        // are taken without a look at the times.
        return switch (scheme) {
            case MARGINAL -> repeated(random.permutation(clip.getFramesCount()), views);
            case SAME -> repeated(new int[] {random.nextInt(clip.getFramesCount())}, views);
            case DELTA -> nearest(clip, apart(clip, views, random));
            case CHUNKS -> nearest(clip, inChunks(clip, views, random));
        };
    }

    private double[] apart(Clip clip, int views, CounterRandom random) {
        long spare = clip.getLengthUs() - (views - 1) * deltaUs;
        if (spare < 0) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "vito.augment.sampling-delta = %d ms: %d views so far apart do not fit into clip %s of %d ms"
                            .formatted(deltaUs / 1000, views, clip.getClipId(), clip.getLengthUs() / 1000));
        }
        double first = random.nextDouble(0, (double) spare);
        double[] times = new double[views];
        for (int view = 0; view < views; view++) {
            times[view] = first + view * deltaUs;
        }
        return times;
    }

    private static double[] inChunks(Clip clip, int views, CounterRandom random) {
        double chunk = (double) clip.getLengthUs() / views;
        double[] times = new double[views];
        for (int view = 0; view < views; view++) {
            times[view] = (view + random.nextDouble()) * chunk;
        }
        return times;
    }

    /** For each time, in microseconds from the clip's start, the nearest frame that is not taken while there is any. */
    private static int[] nearest(Clip clip, double[] times) {
        BitSet taken = new BitSet(clip.getFramesCount());
        int[] frames = new int[times.length];
        for (int view = 0; view < times.length; view++) {
            if (taken.cardinality() == clip.getFramesCount()) {
                taken.clear();
            }
            frames[view] = nearest(clip, clip.getStartUs() + times[view], taken);
            taken.set(frames[view]);
        }
        return frames;
    }

    private static int nearest(Clip clip, double timeUs, BitSet taken) {
        int nearest = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int frame = 0; frame < clip.getFramesCount(); frame++) {
            double distance = Math.abs(clip.getFrames(frame).getPtsUs() - timeUs);
            if (distance < least && !taken.get(frame)) {
                nearest = frame;
                least = distance;
            }
        }
        return nearest;
    }

    private static int[] repeated(int[] frames, int views) {
        int[] chosen = new int[views];
        for (int view = 0; view < views; view++) {
            chosen[view] = frames[view % frames.length];
        }
        return chosen;
    }
}
