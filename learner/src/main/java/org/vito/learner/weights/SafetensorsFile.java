package org.vito.learner.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * A safetensors file open for reading: named tensors, each read when asked for. Not thread-safe.
 *
 * <p>The format (Hugging Face, "Safetensors"): eight bytes with the length of the header, the header as a JSON object of
 * {@code name: {dtype, shape, data_offsets}}, then the elements of all tensors, little-endian, without gaps. Files may come
 * from anywhere, so every number of the header is checked against the file's size before memory is taken for it. Tensors of
 * types other than F64, F32, F16 and BF16 (PyTorch's {@code num_batches_tracked}, say) are left out.
 */
public final class SafetensorsFile implements TensorSource, AutoCloseable {
    /** Largest header read, as in the reference implementation. */
    private static final long LONGEST_HEADER = 100_000_000;

    /** Name in the header of the texts about the tensors. */
    static final String METADATA = "__metadata__";

    private static final int PREFIX = Long.BYTES;
    private static final int CHUNK = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private record Entry(Dtype dtype, List<Long> shape, long begin) {}

    private record Span(String name, long begin, long end) {}

    private final Path path;
    private final FileChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> about = new LinkedHashMap<>();
    private long dataStart;

    private SafetensorsFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if it is missing, unreadable or not safetensors
     */
    public static SafetensorsFile open(Path path) {
        SafetensorsFile file = null;
        try {
            file = new SafetensorsFile(path, FileChannel.open(path, StandardOpenOption.READ));
            file.readHeader();
            return file;
        } catch (IOException e) {
            closeQuietly(file);
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, "cannot read " + path + ": " + e, e);
        } catch (VitoException e) {
            closeQuietly(file);
            throw e;
        }
    }

    /** Where the file is. */
    public Path path() {
        return path;
    }

    /** Names of the tensors, in the file's order. */
    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** What the file says about its tensors: texts by name, possibly none. */
    public Map<String, String> about() {
        return Collections.unmodifiableMap(about);
    }

    /** Shape of tensor {@code name}, as laid out in the file. */
    @Override
    public List<Long> shape(String name) {
        return entry(name).shape();
    }

    /**
     * All elements of tensor {@code name}, the last dimension running fastest.
     *
     * @throws VitoException DAMAGED_CHECKPOINT if there is no such tensor or it cannot be read
     */
    @Override
    public float[] read(String name) {
        Entry entry = entry(name);
        float[] values = new float[(int) Shapes.elements(entry.shape())];
        int width = entry.dtype().bytes();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, (long) values.length * width)))
                .order(ByteOrder.LITTLE_ENDIAN);
        long position = dataStart + entry.begin();
        for (int i = 0; i < values.length; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), (long) (values.length - i) * width));
            try {
                fill(buffer, position);
            } catch (IOException e) {
                throw new VitoException(Reason.DAMAGED_CHECKPOINT, "cannot read " + name + " of " + path + ": " + e, e);
            }
            position += buffer.limit();
            for (buffer.flip(); buffer.hasRemaining(); i++) {
                values[i] = entry.dtype().read(buffer);
            }
        }
        return values;
    }

    @Override
    public void close() {
        closeQuietly(this);
    }

    private static void closeQuietly(@Nullable SafetensorsFile file) {
        if (file != null) {
            try {
                file.channel.close();
            } catch (IOException e) {
                // Nothing was written through it, so nothing is lost.
            }
        }
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, path + " has no tensor " + name);
        }
        return entry;
    }

    private void readHeader() throws IOException {
        long size = channel.size();
        if (size < PREFIX) {
            throw damaged("of " + size + " bytes has no header");
        }
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
        fill(prefix, 0);
        long length = prefix.flip().getLong();
        if (length < 2 || length > Math.min(LONGEST_HEADER, size - PREFIX)) {
            throw damaged("of " + size + " bytes says its header has " + Long.toUnsignedString(length) + " bytes");
        }
        ByteBuffer header = ByteBuffer.allocate((int) length);
        fill(header, PREFIX);
        dataStart = PREFIX + length;
        try {
            readEntries(JSON.readTree(header.array()), size - dataStart);
        } catch (JsonProcessingException e) {
            throw damaged("has a header that is not JSON: " + e.getOriginalMessage());
        }
    }

    private void readEntries(JsonNode header, long dataSize) {
        if (!header.isObject()) {
            throw damaged("has a header that is not a JSON object");
        }
        List<Span> spans = new ArrayList<>();
        header.fields().forEachRemaining(field -> {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .fields()
                        .forEachRemaining(
                                text -> about.put(text.getKey(), text.getValue().asText()));
            } else {
                spans.add(readEntry(field.getKey(), field.getValue()));
            }
        });
        spans.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
        long covered = 0;
        for (Span span : spans) {
            if (span.begin() != covered) {
                throw damaged("places " + span.name() + " at byte " + span.begin() + ", expected " + covered);
            }
            covered = span.end();
        }
        if (covered != dataSize) {
            throw damaged("has " + dataSize + " bytes of data, its header describes " + covered);
        }
    }

    private Span readEntry(String name, JsonNode node) {
        JsonNode offsets = node.path("data_offsets");
        if (!node.path("dtype").isTextual()
                || !isWholes(node.path("shape"))
                || !isWholes(offsets)
                || offsets.size() != 2) {
            throw damaged("describes " + name + " as " + node + ", expected dtype, shape and two data_offsets");
        }
        List<Long> shape = new ArrayList<>();
        node.get("shape").forEach(dimension -> shape.add(dimension.longValue()));
        Span span = new Span(name, offsets.get(0).longValue(), offsets.get(1).longValue());
        if (span.begin() > span.end()) {
            throw damaged("lets " + name + " end before it begins");
        }
        String type = node.get("dtype").textValue();
        for (Dtype dtype : Dtype.values()) {
            if (dtype.name().equals(type)) {
                checkSize(span, shape, dtype);
                entries.put(name, new Entry(dtype, List.copyOf(shape), span.begin()));
            }
        }
        return span;
    }

    private void checkSize(Span span, List<Long> shape, Dtype dtype) {
        try {
            long elements = Shapes.elements(shape);
            if (elements <= Integer.MAX_VALUE - 8
                    && Math.multiplyExact(elements, dtype.bytes()) == span.end() - span.begin()) {
                return;
            }
        } catch (ArithmeticException e) {
            // Too large to count: refused below like any other size that does not fit.
        }
        throw damaged("gives " + (span.end() - span.begin()) + " bytes to " + span.name() + " of shape " + shape);
    }

    private static boolean isWholes(JsonNode array) {
        if (!array.isArray()) {
            return false;
        }
        for (JsonNode number : array) {
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                return false;
            }
        }
        return true;
    }

    private void fill(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw damaged("ends at byte " + at);
            }
            at += read;
        }
    }

    private VitoException damaged(String what) {
        return new VitoException(Reason.DAMAGED_CHECKPOINT, "the safetensors file " + path + " " + what);
    }
}
