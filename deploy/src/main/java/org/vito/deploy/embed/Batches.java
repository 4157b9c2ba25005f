package org.vito.deploy.embed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vito.learner.Features;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Gathers pictures of one size into batches, encodes them and writes what comes out. Pictures of one size come out in the
 * order in which they went in.
 */
final class Batches implements AutoCloseable {
    /** As many batches of pictures wait for others of their size at most. */
    private static final int WAITING = 4;

    private record Size(int height, int width) {}

    private final FrozenEncoder encoder;
    private final String layer;
    private final int batch;
    private final FeatureFile file;
    private final FeatureIndex index;
    private final Map<Size, List<Input.Picture>> waiting = new LinkedHashMap<>();
    private int count;
    private ByteBuffer pixels = ByteBuffer.allocateDirect(0);
    private List<Integer> shape = List.of();
    private String first = "";

    Batches(FrozenEncoder encoder, String layer, int batch, FeatureFile file, FeatureIndex index) {
        this.encoder = encoder;
        this.layer = layer;
        this.batch = batch;
        this.file = file;
        this.index = index;
    }

    /** Takes a picture, and encodes the pictures of its size if there are enough, or those of another if too many wait. */
    void add(Input.Picture picture) {
        Size size = new Size(picture.height(), picture.width());
        List<Input.Picture> alike = waiting.computeIfAbsent(size, s -> new ArrayList<>());
        alike.add(picture);
        count++;
        if (alike.size() == batch) {
            encode(size);
        } else if (count == WAITING * batch) {
            encode(waiting.entrySet().stream()
                    .max(Comparator.comparingInt(entry -> entry.getValue().size()))
                    .orElseThrow()
                    .getKey());
        }
    }

    /** Encodes everything that waits. */
    void flush() {
        List.copyOf(waiting.keySet()).forEach(this::encode);
    }

    private void encode(Size size) {
        List<Input.Picture> pictures = waiting.remove(size);
        if (pictures == null) {
            return;
        }
        count -= pictures.size();
        fill(pictures);
        Features features = encoder.encode(pixels, pictures.size(), size.height(), size.width(), List.of(layer))
                .get(0);
        ChannelsFirst rows = ChannelsFirst.of(features);
        check(rows.shape(), pictures.get(0));
        for (int i = 0; i < pictures.size(); i++) {
            index.row(file.rows() + i, pictures.get(i));
        }
        file.append(rows.shape(), rows.values(), pictures.size());
    }

    private void fill(List<Input.Picture> pictures) {
        int bytes = Math.multiplyExact(pictures.size(), pictures.get(0).rgb().length);
        if (pixels.capacity() < bytes) {
            pixels = ByteBuffer.allocateDirect(bytes);
        }
        pixels.clear();
        pictures.forEach(picture -> pixels.put(picture.rgb()));
        pixels.flip();
    }

    private void check(List<Integer> found, Input.Picture picture) {
        if (shape.isEmpty()) {
            shape = List.copyOf(found);
            first = picture.path();
        } else if (!shape.equals(found)) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "features of %s have the shape %s, those of %s %s, and one array cannot hold both: use --resize eval or --layer pooled"
                            .formatted(picture.path(), found, first, shape));
        }
    }

    @Override
    public void close() {
        waiting.clear();
    }
}
