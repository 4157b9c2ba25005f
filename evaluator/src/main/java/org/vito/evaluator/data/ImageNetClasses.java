package org.vito.evaluator.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The 1000 classes of ImageNet (ILSVRC 2012) by their WordNet identifiers, sorted, which is the order of the logits of published
 * networks; as modestyachts/imagenet-testbed lists them (MIT licence).
 */
public final class ImageNetClasses {
    private static final String RESOURCE = "imagenet-classes.txt";
    private static final List<String> NAMES = read();

    private ImageNetClasses() {}

    /** {@code n01440764}, tench, to {@code n15075141}, toilet tissue. */
    public static List<String> names() {
        return NAMES;
    }

    private static List<String> read() {
        try (InputStream in = ImageNetClasses.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
