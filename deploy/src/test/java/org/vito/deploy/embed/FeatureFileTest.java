package org.vito.deploy.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

@NullUnmarked // JUnit fills the fields
class FeatureFileTest {
    private static final float[] FIRST = {1, 2, 3, 4, 5, 6};
    private static final float[] SECOND = {7, 8, 9};

    @TempDir
    Path directory;

    private ByteBuffer written(String name) throws Exception {
        Path path = directory.resolve(name);
        try (FeatureFile file = FeatureFile.create(path)) {
            file.append(List.of(3), FIRST, 2);
            assertThat(file.rows()).isEqualTo(2);
            assertThat(path).doesNotExist();
            file.append(List.of(3), SECOND, 1);
            file.finish();
        }
        assertThat(directory).isDirectoryContaining("glob:**/" + name).isDirectoryNotContaining("glob:**/*.partial");
        return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void checkNumbers(ByteBuffer bytes) {
        assertThat(bytes.remaining()).isEqualTo(9 * Float.BYTES);
        for (int i = 1; i <= 9; i++) {
            assertThat(bytes.getFloat()).isEqualTo(i);
        }
    }

    /** As the format is described in NumPy's documentation, numpy.lib.format. */
    @Test
    void numPyReadsIt() throws Exception {
        ByteBuffer bytes = written("a.npy");
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        int length = bytes.getShort();
        assertThat((10 + length) % 64).as("alignment of the numbers").isZero();
        byte[] header = new byte[length];
        bytes.get(header);
        String text = new String(header, StandardCharsets.US_ASCII);
        assertThat(text).endsWith("\n");
        assertThat(text.strip()).isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }");
        checkNumbers(bytes);
    }

    @Test
    void safetensorsReadsIt() throws Exception {
        ByteBuffer bytes = written("a.safetensors");
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        JsonNode entry = new ObjectMapper().readTree(header).get("features");
        assertThat(entry.get("dtype").asText()).isEqualTo("F32");
        assertThat(entry.get("shape").toString()).isEqualTo("[3,3]");
        assertThat(entry.get("data_offsets").toString()).isEqualTo("[0,36]");
        checkNumbers(bytes);
    }

    @Test
    void whatIsNotFinishedLeavesNothing() throws Exception {
        Files.writeString(directory.resolve("old.npy"), "old");
        try (FeatureFile file = FeatureFile.create(directory.resolve("old.npy"))) {
            file.append(List.of(3), FIRST, 2);
        }
        assertThat(directory.resolve("old.npy")).hasContent("old");
        assertThat(directory).isDirectoryNotContaining("glob:**/*.partial");
    }

    @Test
    void anotherEndingIsRefused() {
        assertThatThrownBy(() -> FeatureFile.create(directory.resolve("a.csv")))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SETTING))
                .hasMessageContaining(".npy");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> FeatureFile.create(directory.resolve("no/a.npy")))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STORAGE))
                .hasMessageContaining("no");
    }
}
