package org.vito.evaluator.data;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;

/** A set of a few images of two colours, for tests of other packages. */
public final class TinyImages {
    private TinyImages() {}

    /** Writes train/ and test/ with classes red and blue below {@code root}. */
    public static void write(Path root) throws IOException {
        for (int i = 0; i < 6; i++) {
            String part = i < 4 ? "train" : "test";
            DataSetsTest.image(root.resolve(part + "/red/" + i + ".png"), new Color(200 + i, 10 * i, 0), "png");
            DataSetsTest.image(root.resolve(part + "/blue/" + i + ".png"), new Color(0, 10 * i, 200 + i), "png");
        }
    }
}
