package org.vito.learner.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vito.learner.network.NetworkSpec;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * The file of a checkpoint that says how to rebuild its network, so that the directory needs no configuration beside it.
 *
 * @param format version of this file's layout
 * @param network what the network looks like
 * @param size side in pixels of the images it was trained on
 */
public record ModelFile(
        @JsonProperty(required = true) int format,
        @JsonProperty(required = true) NetworkSpec network,
        @JsonProperty(required = true) int size) {
    /** Name of the file in a checkpoint's directory. */
    public static final String NAME = "model.json";

    private static final int FORMAT = 2;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** The file of a network for images of {@code size}². */
    public static ModelFile of(NetworkSpec network, int size) {
        return new ModelFile(FORMAT, network, size);
    }

    /**
     * Writes {@value #NAME} into a directory.
     *
     * @throws VitoException STORAGE if it cannot be written
     */
    public void write(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    /**
     * Reads the file of a checkpoint.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if it is missing or describes no network
     */
    public static ModelFile read(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (json.path("format").asInt() != FORMAT) {
                throw new VitoException(
                        Reason.DAMAGED_CHECKPOINT,
                        "%s is of format %s, this version reads %d".formatted(file, json.path("format"), FORMAT));
            }
            return JSON.treeToValue(json, ModelFile.class);
        } catch (IOException e) {
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
