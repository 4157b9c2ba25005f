package org.vito.learner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class SafetensorsTest {
    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadBitByBit() {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        tensors.put("b.weight", new float[] {1, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, 1e-40f});
        tensors.put("a", new float[] {3});
        tensors.put("none", new float[0]);
        tensors.put("large", new float[700_001]);
        tensors.get("large")[700_000] = 5;
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("b.weight", List.of(2L, 3L));
        shapes.put("a", List.of());
        shapes.put("none", List.of(0L, 4L));
        shapes.put("large", List.of(700_001L));
        Path path = directory.resolve("x.safetensors");
        SafetensorsWriter.write(path, shapes, name -> tensors.getOrDefault(name, new float[0]));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("b.weight", "a", "none", "large");
            shapes.forEach((name, shape) -> assertThat(file.shape(name)).isEqualTo(shape));
            tensors.forEach((name, values) -> assertThat(file.read(name)).isEqualTo(values));
        }
    }

    @Test
    void textsAboutTheTensorsAreKept() {
        Path path = directory.resolve("about.safetensors");
        Map<String, String> about = Map.of("classes", "[\"tench\", \"großer Hai\"]");
        SafetensorsWriter.write(path, about, Map.of("a", List.of(2L)), name -> new float[] {1, 2});
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.about()).containsAllEntriesOf(about).containsEntry("format", "pt");
            assertThat(file.names()).containsExactly("a");
        }
    }

    @Test
    void everyTypeOfFloatIsReadAndOthersAreLeftOut() throws IOException {
        Path path = file(
                """
                {"f16":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},
                 "bf16":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},
                 "f64":{"dtype":"F64","shape":[1],"data_offsets":[10,18]},
                 "n":{"dtype":"I64","shape":[],"data_offsets":[18,26]},"__metadata__":{"a":"b"}}""",
                ByteBuffer.allocate(26)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putShort((short) 0x3c01)
                        .putShort((short) 0xfbff)
                        .putShort((short) 0x8001)
                        .putShort((short) 0x7c00)
                        .putShort((short) 0xc049)
                        .putDouble(0.1)
                        .array());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("f16", "bf16", "f64");
            assertThat(file.read("f16")).containsExactly(1 + 0x1p-10f, -65504f, -0x1p-24f, Float.POSITIVE_INFINITY);
            assertThat(file.read("bf16")).containsExactly(-3.140625f);
            assertThat(file.read("f64")).containsExactly(0.1f);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{\"a\":{}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            })
    void headersThatAreNotTrueAreRefused(String header) throws IOException {
        assertDamaged(file(header, new byte[8]));
    }

    @Test
    void lengthsBeyondTheFileAreRefused() throws IOException {
        Path path = directory.resolve("short.safetensors");
        assertDamaged(path);
        Files.write(path, new byte[3]);
        assertDamaged(path);
        for (long length : new long[] {-1, 0, 17, Long.MAX_VALUE, Long.MIN_VALUE}) {
            byte[] bytes = ByteBuffer.allocate(24)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .array();
            Files.write(path, bytes);
            assertDamaged(path);
        }
    }

    private static void assertDamaged(Path path) {
        assertThatThrownBy(() -> SafetensorsFile.open(path).close())
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED_CHECKPOINT))
                .hasMessageContaining(path.toString());
    }

    private Path file(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data);
        return Files.write(directory.resolve("made.safetensors"), bytes.array());
    }
}
