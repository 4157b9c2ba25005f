package org.vito.ingest.curation;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.ingest.FrameEmbedder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Frame;

/** The images that videos shall be like, by their vectors. */
final class TargetSet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TargetSet.class);
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "bmp", "webp");
    private static final int BATCH = 32;
    private static final int BREADTH = 64;

    private final Path directory;
    private final VectorIndex index;

    private TargetSet(Path directory, Path storage) {
        this.directory = directory;
        index = VectorIndex.create(storage); // the images, or the network, may be others than last time
    }

    /**
     * Embeds the images below {@code directory}; images that cannot be read are passed over with a warning.
     *
     * @param storage where their index lies
     * @throws VitoException BAD_DATA_SET if there is no image that can be used
     */
    static TargetSet load(Path directory, FrameEmbedder embedder, Path storage) {
        TargetSet set = new TargetSet(directory, storage);
        try {
            List<Path> batch = new ArrayList<>();
            for (Path image : images(directory)) {
                batch.add(image);
                if (batch.size() == BATCH) {
                    set.embed(batch, embedder);
                    batch.clear();
                }
            }
            set.embed(batch, embedder);
            set.index.refresh();
            if (set.index.size() == 0) {
                throw new VitoException(
                        Reason.BAD_DATA_SET,
                        "%s has no image that can be used; expected files %s at any depth"
                                .formatted(directory, IMAGES));
            }
            return set;
        } catch (RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private static List<Path> images(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> IMAGES.contains(extension(file)) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new VitoException(
                    Reason.BAD_DATA_SET, directory + " cannot be read: " + e + "; expected a directory of images", e);
        }
    }

    /** The categories of the images below {@code directory}, in their order. */
    static List<String> categories(Path directory) {
        return images(directory).stream()
                .map(image -> category(directory.relativize(image)))
                .filter(category -> !category.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    /** The directory that a target lies in, which in labelled collections is its class; empty if it lies in none. */
    static String category(Path target) {
        Path parent = target.getParent();
        return parent == null ? "" : String.valueOf(parent.getFileName());
    }

    private static String extension(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private void embed(List<Path> images, FrameEmbedder embedder) {
        if (images.isEmpty()) {
            return;
        }
        try {
            List<Frame> frames = new ArrayList<>();
            for (Path image : images) {
                ByteString bytes = ByteString.copyFrom(Files.readAllBytes(image));
                frames.add(Frame.newBuilder().setJpeg(bytes).build());
            }
            float[][] rows = embedder.embed(frames);
            for (int i = 0; i < rows.length; i++) {
                index.add(directory.relativize(images.get(i)).toString(), rows[i]);
            }
        } catch (IOException | VitoException e) {
            if (images.size() == 1) {
                LOG.warn("{} is no target: {}", images.get(0), e.getMessage());
            } else {
                images.forEach(image -> embed(List.of(image), embedder));
            }
        }
    }

    int size() {
        return index.size();
    }

    /** The images most like a vector, the nearest first. */
    List<VectorIndex.Neighbour> nearest(float[] vector, int count) {
        return index.nearest(vector, count, Math.max(count, BREADTH));
    }

    /** Shows every image. */
    void visit(VectorIndex.Visitor visitor) {
        index.visit(visitor);
    }

    @Override
    public void close() {
        index.close();
    }
}
