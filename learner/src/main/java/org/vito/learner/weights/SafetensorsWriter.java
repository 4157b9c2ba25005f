package org.vito.learner.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Writes safetensors files of 32-bit floating-point tensors. */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final int CHUNK = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafetensorsWriter() {}

    /**
     * Writes {@code path} anew. Each tensor is asked for once, in order, so that only one is in memory at a time.
     *
     * @param shapes names and shapes of the tensors, in the order in which they are written
     * @param values all elements of the tensor of a name, the last dimension running fastest
     * @throws VitoException STORAGE if the file cannot be written
     */
    public static void write(Path path, Map<String, List<Long>> shapes, Function<String, float[]> values) {
        write(path, Map.of(), shapes, values);
    }

    /**
     * The same with texts about the tensors.
     *
     * @param about texts by name, told by {@link SafetensorsFile#about}; {@code format} is taken
     * @param shapes names and shapes of the tensors, in the order in which they are written
     * @param values all elements of the tensor of a name, the last dimension running fastest
     * @throws VitoException STORAGE if the file cannot be written
     */
    public static void write(
            Path path, Map<String, String> about, Map<String, List<Long>> shapes, Function<String, float[]> values) {
        try (OutputStream out = Files.newOutputStream(path)) {
            out.write(header(about, shapes));
            for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
                float[] elements = values.apply(tensor.getKey());
                if (elements.length != Shapes.elements(tensor.getValue())) {
                    throw new IllegalArgumentException("%s has %d elements, expected those of shape %s"
                            .formatted(tensor.getKey(), elements.length, tensor.getValue()));
                }
                write(out, elements);
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot write " + path + ": " + e, e);
        }
    }

    /** The length and the JSON object, filled up with spaces so that the data are aligned. */
    private static byte[] header(Map<String, String> about, Map<String, List<Long>> shapes) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode metadata = root.putObject(SafetensorsFile.METADATA).put("format", "pt");
        about.forEach(metadata::put);
        long offset = 0;
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            long end = offset + Math.multiplyExact(Shapes.elements(tensor.getValue()), Float.BYTES);
            ObjectNode entry = root.putObject(tensor.getKey()).put("dtype", Dtype.F32.name());
            tensor.getValue().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = Arrays.copyOf(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .array(),
                Long.BYTES + length);
        Arrays.fill(header, Long.BYTES, header.length, (byte) ' ');
        System.arraycopy(json, 0, header, Long.BYTES, json.length);
        return header;
    }

    private static void write(OutputStream out, float[] elements) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, (long) elements.length * Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements.length; ) {
            int count = Math.min(buffer.capacity() / Float.BYTES, elements.length - i);
            buffer.clear().asFloatBuffer().put(elements, i, count);
            out.write(buffer.array(), 0, count * Float.BYTES);
            i += count;
        }
    }
}
