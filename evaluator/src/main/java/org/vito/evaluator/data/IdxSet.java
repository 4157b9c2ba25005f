package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vito.augment.EvaluationTransform;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * An image set of four IDX files as MNIST and Fashion-MNIST have them: {@code train-images-idx3-ubyte}, {@code
 * train-labels-idx1-ubyte} and the same with {@code t10k} (or {@code test}), each possibly with {@code .gz}. Images are
 * {@code [count, height, width]} or, in {@code idx4} files, {@code [count, height, width, 1 or 3]}. The chosen images stay in
 * memory as they are stored. Classes are called by their numbers.
 */
final class IdxSet {
    private static final List<String> TRAIN = List.of("train");
    private static final List<String> TEST = List.of("t10k", "test");
    private static final List<String> IMAGES =
            List.of("-images-idx3-ubyte", "-images.idx3-ubyte", "-images-idx4-ubyte", "-images.idx4-ubyte");
    private static final List<String> LABELS = List.of("-labels-idx1-ubyte", "-labels.idx1-ubyte");
    private static final int CLASSES_AT_MOST = 256;
    private static final int BYTES_AT_MOST = 1 << 26; // of one image

    private IdxSet() {}

    /** Whether {@code root} has a file of training images or labels in this layout. */
    static boolean isThere(Path root) {
        return find(root, TRAIN, IMAGES).isPresent()
                || find(root, TRAIN, LABELS).isPresent();
    }

    static ImageSet open(String name, Path root, Limits limits) {
        try {
            byte[] trainLabels = labels(need(name, root, TRAIN, LABELS));
            byte[] testLabels = labels(need(name, root, TEST, LABELS));
            int classes = classes(name, root, trainLabels, testLabels);
            ImagePart train = part(need(name, root, TRAIN, IMAGES), trainLabels, classes, limits.train());
            ImagePart test = part(need(name, root, TEST, IMAGES), testLabels, classes, limits.test());
            return new ImageSet(
                    name, IntStream.range(0, classes).mapToObj(String::valueOf).toList(), train, test);
        } catch (IOException e) {
            throw DataSets.bad("data set %s in %s cannot be read: %s".formatted(name, root, e.getMessage()), e);
        }
    }

    private static Optional<Path> find(Path root, List<String> parts, List<String> endings) {
        return candidates(parts, endings).stream()
                .map(root::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static List<String> candidates(List<String> parts, List<String> endings) {
        List<String> names = new ArrayList<>();
        for (String part : parts) {
            for (String ending : endings) {
                names.add(part + ending);
                names.add(part + ending + ".gz");
            }
        }
        return names;
    }

    private static Path need(String name, Path root, List<String> parts, List<String> endings) {
        return find(root, parts, endings)
                .orElseThrow(() -> DataSets.bad("data set %s: %s lacks %s%s or the same with .gz"
                        .formatted(name, root, parts.get(0), endings.get(0))));
    }

    private static byte[] labels(Path path) throws IOException {
        try (IdxFile file = IdxFile.open(path, 1, 1)) {
            byte[] labels = new byte[file.items()];
            file.next(0, labels);
            file.expectEnd();
            return labels;
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static int classes(String name, Path root, byte[] train, byte[] test) {
        boolean[] learned = new boolean[CLASSES_AT_MOST];
        int most = 0;
        for (byte label : train) {
            learned[label & 0xff] = true;
            most = Math.max(most, label & 0xff);
        }
        for (byte label : test) {
            if (!learned[label & 0xff]) {
                throw DataSets.bad("data set %s in %s: test label %d is no label of the training part; expected 0 to %d"
                        .formatted(name, root, label & 0xff, most));
            }
        }
        if (most == 0) {
            throw DataSets.bad("data set %s in %s has one class; expected at least 2".formatted(name, root));
        }
        return most + 1;
    }

    private static ImagePart part(Path path, byte[] labels, int classes, int limit) throws IOException {
        int[] all = new int[labels.length];
        Arrays.setAll(all, i -> labels[i] & 0xff);
        try (IdxFile file = IdxFile.open(path, 3, 4)) {
            int[] shape = file.dimensions();
            int channels = shape.length == 4 ? shape[3] : 1;
            if (channels != 1 && channels != 3) {
                throw DataSets.bad("%s has %d channels; expected 1 or 3".formatted(path, channels));
            }
            if (file.items() != labels.length) {
                throw DataSets.bad("%s has %d images but its labels are %d; expected as many"
                        .formatted(path, file.items(), labels.length));
            }
            long bytes = (long) shape[1] * shape[2] * channels;
            if (bytes > BYTES_AT_MOST) {
                throw DataSets.bad("%s has images of %d x %d x %d bytes; expected at most %d bytes each"
                        .formatted(path, shape[1], shape[2], channels, BYTES_AT_MOST));
            }
            int[] chosen = Subset.choose(all, classes, limit);
            byte[][] images = read(file, chosen, (int) bytes);
            int[] chosenLabels = IntStream.of(chosen).map(i -> all[i]).toArray();
            return new RawImages(images, chosenLabels, shape[1], shape[2], channels);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static byte[][] read(IdxFile file, int[] chosen, int bytes) throws IOException {
        byte[][] images = new byte[chosen.length][];
        int next = 0;
        byte[] image = new byte[bytes];
        for (int i = 0; i < file.items(); i++) {
            file.next(i, image);
            if (next < chosen.length && chosen[next] == i) {
                images[next++] = image.clone();
            }
        }
        file.expectEnd();
        return images;
    }

    private static VitoException unreadable(Path path, IOException cause) {
        return DataSets.bad(
                "%s cannot be read: %s; expected a whole IDX file%s"
                        .formatted(path, cause.getMessage(), path.toString().endsWith(".gz") ? ", gzipped" : ""),
                cause);
    }

    private static final class RawImages implements ImagePart {
        private final byte[][] images;
        private final int[] labels;
        private final int height;
        private final int width;
        private final int channels;

        RawImages(byte[][] images, int[] labels, int height, int width, int channels) {
            this.images = images;
            this.labels = labels;
            this.height = height;
            this.width = width;
            this.channels = channels;
        }

        @Override
        public int size() {
            return images.length;
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public String identity() {
            MessageDigest digest = Sha256.digest();
            digest.update("raw 1 %d %d %d %s"
                    .formatted(height, width, channels, Arrays.toString(labels))
                    .getBytes(StandardCharsets.UTF_8));
            for (byte[] image : images) {
                digest.update(image);
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public void write(int index, EvaluationTransform transform, ByteBuffer out) {
            transform.raw(images[index], height, width, channels, out);
        }
    }
}
