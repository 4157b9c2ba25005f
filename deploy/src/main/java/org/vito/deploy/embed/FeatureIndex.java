package org.vito.deploy.embed;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Says which row of a file of features is whose: a line of JSON for every row, {@code {"row": 0, "path": "a.png"}}, for frames
 * of videos with {@code "time_us"}, and one for every file that was refused, {@code {"path": …, "refused": reason, "message":
 * …}}. Lines of rows are in the order of the rows.
 */
final class FeatureIndex implements AutoCloseable {
    private static final String EXTENSION = ".index.jsonl";

    private final Path file;
    private final Path partial;
    private final BufferedWriter out;

    private FeatureIndex(Path file, Path partial, BufferedWriter out) {
        this.file = file;
        this.partial = partial;
        this.out = out;
    }

    /** The index of {@code features}. */
    static Path fileOf(Path features) {
        return features.resolveSibling(features.getFileName() + EXTENSION);
    }

    /** Begins the index of {@code features}; it has its name when it is finished. */
    static FeatureIndex create(Path features) {
        Path file = fileOf(features);
        Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
        try {
            return new FeatureIndex(file, partial, Files.newBufferedWriter(partial, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + partial + ": " + e, e);
        }
    }

    void row(long row, Input.Picture picture) {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put("row", row).put("path", picture.path());
        picture.timeUs().ifPresent(us -> line.put("time_us", us));
        write(line);
    }

    void refused(Input.Refused refused) {
        write(JsonNodeFactory.instance
                .objectNode()
                .put("path", refused.path())
                .put("refused", refused.reason().name())
                .put("message", refused.message()));
    }

    private void write(ObjectNode line) {
        try {
            out.write(line.toString());
            out.newLine();
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + partial + ": " + e, e);
        }
    }

    void finish() {
        try {
            out.close();
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot remove " + partial + ": " + e, e);
        }
    }
}
