package org.vito.learner.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * What a checkpoint is and which files it consists of: the content of {@code manifest.json}.
 *
 * @param format version of this form
 * @param run name of the run
 * @param step optimiser steps done; 0 = the untrained network
 * @param generation which start of the learner wrote it
 * @param loss of the last step; NaN before the first
 * @param architecture name of the encoder's architecture
 * @param configDigest SHA-256 of the settings that decide what is learned, {@link #CONFIG}
 * @param atMs when it was written, milliseconds since the epoch
 * @param positions for each partition of the clips topic the offset to read next
 * @param files every other file by its name
 */
public record Manifest(
        int format,
        String run,
        long step,
        long generation,
        double loss,
        String architecture,
        String configDigest,
        long atMs,
        SortedMap<Integer, Long> positions,
        SortedMap<String, Entry> files) {
    /** Name of the manifest's own file. */
    public static final String FILE = "manifest.json";

    /** Name of the file with the settings that decide what is learned, as one JSON object of keys and values. */
    public static final String CONFIG = "config.json";

    /** Name of the file with all settings of learner and views, in the same form; nothing reads it but people. */
    public static final String SETTINGS = "settings.json";

    /** Name of the file with the state of the data order. */
    public static final String DATA = "data.json";

    /** The version written and read. */
    public static final int FORMAT = 2;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Size in bytes and SHA-256 of a file. */
    public record Entry(long sizeBytes, String sha256) {}

    public Manifest {
        positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    byte[] toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "manifest cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    static Manifest fromJson(byte[] json, Object where) {
        try {
            Manifest manifest = JSON.readValue(json, Manifest.class);
            if (manifest.format != FORMAT) {
                throw new VitoException(
                        Reason.OTHER_CONFIGURATION,
                        "%s was made by another version of this program: its format is %d, expected %d"
                                .formatted(where, manifest.format, FORMAT));
            }
            if (manifest.run == null || manifest.configDigest == null) {
                throw new VitoException(
                        Reason.DAMAGED_CHECKPOINT, where + ": the manifest names no run or no settings");
            }
            return manifest;
        } catch (IOException | NullPointerException e) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT, where + ": the manifest is no manifest: " + e.getMessage(), e);
        }
    }
}
