package org.vito.evaluator.score;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.vito.learner.FrozenEncoder;

/** A network that turns images into features; as {@link FrozenEncoder}, which it usually is. Not thread-safe. */
public interface ImageEncoder extends AutoCloseable {
    /** Opens the network of a checkpoint directory. */
    interface Opener {
        ImageEncoder open(Path checkpoint);
    }

    /** Side in pixels of the images it was trained on. */
    int imageSize();

    /** Features of images, as {@link FrozenEncoder#encode} gives them. */
    float[][] encode(ByteBuffer images, int count, int size);

    /** The network, for what else it can tell of images; empty if it is none of the learner's. */
    default Optional<FrozenEncoder> network() {
        return Optional.empty();
    }

    @Override
    void close();

    /** The learner's network. */
    static ImageEncoder frozen(Path checkpoint) {
        FrozenEncoder encoder = FrozenEncoder.open(checkpoint);
        return new ImageEncoder() {
            @Override
            public int imageSize() {
                return encoder.imageSize();
            }

            @Override
            public float[][] encode(ByteBuffer images, int count, int size) {
                return encoder.encode(images, count, size);
            }

            @Override
            public Optional<FrozenEncoder> network() {
                return Optional.of(encoder);
            }

            @Override
            public void close() {
                encoder.close();
            }
        };
    }
}
