package org.vito.augment;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

/**
 * Makes the views of single clips and tells how, for people to look at: by the code that {@link BatchAugmenter} runs, so that the
 * same seed makes the same bytes. One thread at a time.
 */
public final class ClipViews implements AutoCloseable {
    private final AugmentSettings settings;
    private final ClipAugmenter augmenter;

    /** @param seed the run's seed */
    public ClipViews(AugmentSettings settings, long seed) {
        this.settings = settings;
        augmenter = new ClipAugmenter(settings, seed);
    }

    /**
     * A view and how it was made.
     *
     * @param frame number of the clip's frame that it is made of
     * @param source that frame
     * @param x left edge of what was cut from it, pixels
     * @param y upper edge
     * @param width of what was cut
     * @param height of what was cut
     * @param words what was done, in the order of doing, one line each
     * @param picture the view
     */
    public record View(
            int frame,
            Images.Picture source,
            int x,
            int y,
            int width,
            int height,
            List<String> words,
            Images.Picture picture) {}

    /**
     * The views of a clip in a certain pass over the data, in their order.
     *
     * @throws VitoException DAMAGED_CLIP if no frame of the clip decodes, BAD_SETTING if it is too short for the distance between
     *     views
     */
    public List<View> of(Clip clip, long epoch) {
        int bytes = settings.viewBytes();
        ByteBuffer pixels = ByteBuffer.allocate(settings.views() * bytes);
        SortedMap<Integer, View> views = new TreeMap<>();
        boolean made = augmenter.augment(
                new ClipBatch.Example(clip, epoch, 0, 0),
                0,
                1,
                pixels,
                (view, frame, decoder, draw) -> views.put(
                        view,
                        new View(
                                frame,
                                new Images.Picture(
                                        decoder.width(), decoder.height(), ByteString.copyFrom(decoder.pixels())),
                                draw.crop().x(),
                                draw.crop().y(),
                                draw.crop().width(),
                                draw.crop().height(),
                                draw.words(settings.jitter()),
                                new Images.Picture(
                                        settings.size(),
                                        settings.size(),
                                        ByteString.copyFrom(pixels.array(), view * bytes, bytes)))));
        if (!made) {
            throw new VitoException(
                    Reason.DAMAGED_CLIP,
                    "clip " + clip.getClipId() + " has no frame that decodes: expected JPEG frames");
        }
        return List.copyOf(views.values());
    }

    @Override
    public void close() {
        augmenter.close();
    }
}
