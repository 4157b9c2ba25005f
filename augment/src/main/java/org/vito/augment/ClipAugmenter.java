package org.vito.augment;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.vito.protocol.CounterRandom;
import org.vito.protocol.v1.Clip;

/** Makes all views of one clip. One thread at a time. */
final class ClipAugmenter implements AutoCloseable {
    private final AugmentSettings settings;
    private final long seed;
    private final ImageDecoder decoder;
    private final ViewMaker transform;

    ClipAugmenter(AugmentSettings settings, long seed) {
        this.settings = settings;
        this.seed = seed;
        decoder = new ImageDecoder(settings.maxPixels());
        transform = ViewMaker.of(settings.size(), settings.jitter(), StageClock.DEAF);
    }

    /**
     * Writes the views of clip number {@code row} of a batch. For a frame that does not decode the next one that does stands
     * in.
     *
     * @param clips how many the batch has
     * @param out {@code [views, clips, size, size, 3]} bytes from index 0
     * @return false if no frame of the clip decodes; then nothing is written
     * @throws org.vito.protocol.VitoException BAD_SETTING if the clip is too short for the distance between views
     */
    boolean augment(ClipBatch.Example example, int row, int clips, ByteBuffer out) {
        return augment(example, row, clips, out, (view, frame, frames, draw) -> {});
    }

    /** Is told how each view is made, in any order, while its frame is the decoder's picture. */
    interface Watcher {
        void view(int view, int frame, ImageDecoder decoder, ViewDraw draw);
    }

    /** The same, watched. */
    boolean augment(ClipBatch.Example example, int row, int clips, ByteBuffer out, Watcher watcher) {
        Clip clip = example.clip();
        int frames = clip.getFramesCount();
        if (frames == 0) {
            return false;
        }
        CounterRandom times = CounterRandom.of(seed, "frames:" + clip.getClipId(), example.epoch(), 0);
        int[] chosen = settings.sampling().draw(clip, settings.views(), times);
        BitSet broken = new BitSet(frames);
        BitSet made = new BitSet(settings.views());
        for (int view = 0; view < settings.views(); view = made.nextClearBit(view)) {
            int frame = decodeFrom(clip, chosen[view], broken);
            if (frame < 0) {
                return false;
            }
            for (int of = view; of < settings.views(); of++) {
                if (chosen[of] == chosen[view]) { // decoded once for all views of it
                    CounterRandom random = CounterRandom.of(seed, clip.getClipId(), example.epoch(), of);
                    watcher.view(of, frame, decoder, make(random, of, out, of * clips + row));
                    made.set(of);
                }
            }
        }
        return true;
    }

    /** Makes a view of the picture decoded last. */
    private ViewDraw make(CounterRandom random, int view, ByteBuffer out, int place) {
        ViewDraw draw = ViewDraw.of(random, settings, settings.recipes().get(view), decoder.width(), decoder.height());
        transform.apply(decoder.pixels(), decoder.width(), draw, out, place * settings.viewBytes());
        return draw;
    }

    /** The number of the first frame from {@code first} on, the first following the last, that decodes; -1 if none does. */
    private int decodeFrom(Clip clip, int first, BitSet broken) {
        int frames = clip.getFramesCount();
        for (int k = 0; k < frames; k++) {
            int frame = (first + k) % frames;
            if (!broken.get(frame)) {
                ByteString jpeg = clip.getFrames(frame).getJpeg();
                if (decoder.decodeWholeJpeg(jpeg)) {
                    return frame;
                }
                broken.set(frame);
            }
        }
        return -1;
    }

    @Override
    public void close() {
        decoder.close();
        transform.close();
    }
}
