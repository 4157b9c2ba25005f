package org.vito.deploy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vito.augment.EvaluationTransform;
import org.vito.ingest.CurationNetworks;
import org.vito.ingest.FrameClassifier;
import org.vito.ingest.FrameEmbedder;
import org.vito.learner.Features;
import org.vito.learner.FrozenEncoder;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;

/** The learner's networks as curation wants them: frames are transformed as in evaluation, weights named as in commands. */
final class EncoderNetworks implements CurationNetworks {
    private static final String LOGITS = "logits";

    private final Path data;

    /** @param data directory of the runs that weights may be taken of */
    EncoderNetworks(Path data) {
        this.data = data;
    }

    @Override
    public FrameClassifier classifier(String weights) {
        Network network = Network.open(weights, data);
        if (network.encoder.classes() == 0) {
            network.close();
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "%s has no classifier; expected weights with one, e.g. tensors fc.weight and fc.bias of a ResNet"
                            .formatted(weights));
        }
        return new Classifier(network);
    }

    @Override
    public FrameEmbedder embedder(String weights) {
        return new Embedder(Network.open(weights, data));
    }

    @Override
    public String newest(String weights) {
        return Network.name(WeightsAddress.resolve(weights, data));
    }

    /** An encoder, and frames made ready for it. */
    private static final class Network implements AutoCloseable {
        private final String name;
        private final FrozenEncoder encoder;
        private final EvaluationTransform transform;
        private ByteBuffer pixels = ByteBuffer.allocateDirect(0);

        private Network(String name, FrozenEncoder encoder) {
            this.name = name;
            this.encoder = encoder;
            transform = EvaluationTransform.of(encoder.imageSize());
        }

        static Network open(String weights, Path data) {
            Path found = WeightsAddress.resolve(weights, data);
            return new Network(name(found), FrozenEncoder.open(found));
        }

        /** The file's or checkpoint's name and, since others may have the same, the beginning of its SHA-256. */
        private static String name(Path weights) {
            Path identity = Files.isDirectory(weights) ? weights.resolve("manifest.json") : weights;
            try {
                return weights.getFileName() + "@" + Sha256.of(identity).substring(0, 12);
            } catch (IOException e) {
                throw new VitoException(Reason.NOT_FOUND, identity + " cannot be read: " + e, e);
            }
        }

        Features run(List<Frame> frames, String output) {
            int size = encoder.imageSize();
            int bytes = Math.multiplyExact(frames.size(), size * size * 3);
            if (pixels.capacity() < bytes) {
                pixels = ByteBuffer.allocateDirect(bytes);
            }
            pixels.clear();
            for (Frame frame : frames) {
                ByteString jpeg = frame.getJpeg();
                transform.encoded(jpeg.toByteArray(), pixels);
            }
            pixels.flip();
            return encoder.encode(pixels, frames.size(), size, size, List.of(output))
                    .get(0);
        }

        @Override
        public void close() {
            transform.close();
            encoder.close();
        }
    }

    private record Classifier(Network network) implements FrameClassifier {
        @Override
        public String name() {
            return network.name;
        }

        @Override
        public int classes() {
            return network.encoder.classes();
        }

        @Override
        public float[][] classify(List<Frame> frames) {
            Features logits = network.run(frames, LOGITS);
            int classes = logits.shape().get(1);
            float[][] rows = new float[frames.size()][classes];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(logits.values(), i * classes, rows[i], 0, classes);
                softmax(rows[i]);
            }
            return rows;
        }

        private static void softmax(float[] row) {
            float most = Float.NEGATIVE_INFINITY;
            for (float logit : row) {
                most = Math.max(most, logit);
            }
            double sum = 0;
            for (float logit : row) {
                sum += Math.exp(logit - most);
            }
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (Math.exp(row[i] - most) / sum);
            }
        }

        @Override
        public void close() {
            network.close();
        }
    }

    private record Embedder(Network network) implements FrameEmbedder {
        @Override
        public String name() {
            return network.name;
        }

        @Override
        public int dimensions() {
            return network.encoder.dimension();
        }

        @Override
        public float[][] embed(List<Frame> frames) {
            Features pooled = network.run(frames, FrozenEncoder.POOLED);
            int length = dimensions();
            float[][] rows = new float[frames.size()][length];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(pooled.values(), i * length, rows[i], 0, length);
                normalise(rows[i]);
            }
            return rows;
        }

        private static void normalise(float[] row) {
            double squares = 0;
            for (float value : row) {
                squares += (double) value * value;
            }
            double length = Math.max(Math.sqrt(squares), 1e-12);
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (row[i] / length);
            }
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
