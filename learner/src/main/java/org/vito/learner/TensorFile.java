package org.vito.learner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vito.learner.weights.SafetensorsFile;
import org.vito.learner.weights.SafetensorsWriter;
import org.vito.protocol.Durable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Arrays of 32-bit numbers that are kept beside networks, in a safetensors file that PyTorch users can load too.
 *
 * @param about texts about them, by name
 * @param tensors by name, in order
 */
public record TensorFile(Map<String, String> about, Map<String, Tensor> tensors) {

    /**
     * An array.
     *
     * @param shape sizes of its dimensions, from the one that runs slowest
     * @param values all elements, the last dimension running fastest; the array itself, no copy
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Tensor(List<Long> shape, float[] values) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        /** A matrix of rows of one length. */
        public static Tensor of(float[][] rows) {
            int length = rows.length == 0 ? 0 : rows[0].length;
            float[] values = new float[Math.multiplyExact(rows.length, length)];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(rows[i], 0, values, i * length, length);
            }
            return new Tensor(List.of((long) rows.length, (long) length), values);
        }

        /** The rows of a matrix. */
        public float[][] rows() {
            if (shape.size() != 2) {
                throw new VitoException(Reason.DAMAGED_CHECKPOINT, "a tensor of shape " + shape + " is no matrix");
            }
            int length = Math.toIntExact(shape.get(1));
            float[][] rows = new float[Math.toIntExact(shape.get(0))][length];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(values, i * length, rows[i], 0, length);
            }
            return rows;
        }
    }

    public TensorFile {
        about = Map.copyOf(about);
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * The array of a name.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if there is none
     */
    public Tensor tensor(String name) {
        @Nullable Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, "no tensor " + name + " among " + tensors.keySet());
        }
        return tensor;
    }

    /**
     * Writes a file through one beside it, forced to disk: it is there whole or not at all.
     *
     * @param file replaced if it is there; its directory must be
     * @throws VitoException STORAGE if it cannot be written
     */
    public void write(Path file) {
        Path partial = file.resolveSibling("." + file.getFileName() + "-" + UUID.randomUUID() + ".partial");
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        try {
            try {
                SafetensorsWriter.write(
                        partial, about, shapes, name -> tensor(name).values());
                Durable.forceFile(partial);
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + file + ": " + e, e);
        }
    }

    /**
     * Reads a whole file.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if it is missing, unreadable or not safetensors
     */
    public static TensorFile read(Path file) {
        try (SafetensorsFile from = SafetensorsFile.open(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : from.names()) {
                tensors.put(name, new Tensor(from.shape(name), from.read(name)));
            }
            return new TensorFile(from.about(), tensors);
        }
    }
}
