package org.vito.evaluator.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.vito.augment.EvaluationTransform;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/** Images that are files: JPEG, PNG, BMP or WebP. */
final class ImageFiles implements ImagePart {
    private final Path root;
    private final Path[] paths;
    private final int[] labels;
    private final boolean whole;

    /**
     * @param root directory that all of them are in; the rest of their names counts for {@link #identity}
     * @param paths not copied, not to be changed
     * @param labels class of each; likewise
     */
    ImageFiles(Path root, Path[] paths, int[] labels) {
        this(root, paths, labels, false);
    }

    /** The same, with a say whether the {@code whole} square at an image's centre is used, as it has no rim to be cut off. */
    ImageFiles(Path root, Path[] paths, int[] labels, boolean whole) {
        this.root = root;
        this.paths = paths;
        this.labels = labels;
        this.whole = whole;
    }

    @Override
    public int size() {
        return paths.length;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public String identity() {
        MessageDigest digest = Sha256.digest();
        for (int i = 0; i < paths.length; i++) {
            try {
                BasicFileAttributes file = Files.readAttributes(paths[i], BasicFileAttributes.class);
                String about = "%s\n%d\n%d\n%d\n"
                        .formatted(
                                root.relativize(paths[i]),
                                file.size(),
                                file.lastModifiedTime().toMillis(),
                                labels[i]);
                digest.update(about.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw DataSets.bad("image %s cannot be looked at: %s".formatted(paths[i], e), e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void write(int index, EvaluationTransform transform, ByteBuffer out) {
        Path file = paths[index];
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length == 0) {
                throw DataSets.bad("the file is empty");
            }
            if (whole) {
                transform.whole(bytes, out);
            } else {
                transform.encoded(bytes, out);
            }
        } catch (IOException | VitoException e) {
            throw DataSets.bad(
                    "image %s cannot be used: %s; expected a readable JPEG, PNG, BMP or WebP"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }
}
