package org.vito.learner.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Keeps weights that are no numbers out of checkpoints. A step may report a finite loss and gradient and still leave weights
 * that overflowed; were they saved, the last good checkpoint would be none.
 */
final class FiniteWeights {
    private FiniteWeights() {}

    /**
     * Looks through every tensor of every safetensors file in {@code directory}.
     *
     * @param when what the message says of the moment
     * @throws VitoException {@link Reason#NOT_FINITE} naming the first tensor with a value that is no finite number
     */
    static void check(Path directory, String when) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.safetensors")) {
            for (Path path : files) {
                try (SafetensorsFile file = SafetensorsFile.open(path)) {
                    for (String tensor : file.names()) {
                        check(file.read(tensor), path.getFileName() + ", tensor " + tensor + ", " + when);
                    }
                }
            }
        }
    }

    private static void check(float[] values, String where) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new VitoException(Reason.NOT_FINITE, "element %d is %s in %s".formatted(i, values[i], where));
            }
        }
    }
}
