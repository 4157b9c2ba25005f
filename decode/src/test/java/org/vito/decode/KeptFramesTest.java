package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.DirectoryObjectStore;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class KeptFramesTest {
    private static final ByteString FRAMES = ByteString.copyFromUtf8("some frames");

    @TempDir
    private Path dir;

    private ObjectStore objects;
    private KeptFrames kept;

    @BeforeEach
    void open() {
        objects = DirectoryObjectStore.open(dir);
        kept = new KeptFrames(objects);
    }

    @Test
    void areThereUntilTheyAreForgotten() throws Exception {
        String address = kept.keep(FRAMES);
        assertThat(kept.keep(FRAMES)).isEqualTo(address);
        assertThat(new KeptFrames(DirectoryObjectStore.open(dir)).at(address)).isEqualTo(FRAMES);
        kept.forget(address);
        kept.forget(address);
        assertThat(kept.at(address)).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void damagedOnesAreAsGoodAsNone() throws Exception {
        String address = kept.keep(FRAMES);
        Path file = objects.localFile(address);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThat(kept.at(address)).isEqualTo(ByteString.EMPTY);
        bytes[3] ^= 1;
        Files.write(file, bytes);
        assertThat(kept.at(address)).isEqualTo(ByteString.EMPTY);
        Files.write(file, new byte[0]);
        assertThat(kept.at(address)).isEqualTo(ByteString.EMPTY);
        assertThat(kept.keep(FRAMES)).isEqualTo(address);
        assertThat(kept.at(address)).isEqualTo(FRAMES);
    }

    @Test
    void nothingElseIsReadOrRemovedWhateverAnAddressSays() throws Exception {
        byte[] bytes = "a video".getBytes(StandardCharsets.UTF_8);
        String video =
                objects.put("videos", new ByteArrayInputStream(bytes), 100).address();
        for (String address : List.of(
                video,
                "",
                "frames",
                "frames/",
                "frames/../" + video,
                "frames/../../secret",
                "frames/" + "g".repeat(64))) {
            assertThat(kept.at(address)).as(address).isEqualTo(ByteString.EMPTY);
            kept.forget(address);
        }
        assertThat(objects.stat(video)).isPresent();
    }

    @Test
    void oldOnesAreSweptAwayAndTheOthersCounted() throws Exception {
        String old = kept.keep(FRAMES);
        Files.setLastModifiedTime(objects.localFile(old), FileTime.fromMillis(5_000));
        String fresh = kept.keep(ByteString.copyFromUtf8("other frames"));
        Files.setLastModifiedTime(objects.localFile(fresh), FileTime.fromMillis(6_000));
        assertThat(kept.sweep(5_000)).isEqualTo(23);
        assertThat(kept.sweep(5_001)).isEqualTo(12);
        assertThat(kept.at(old)).isEqualTo(ByteString.EMPTY);
        assertThat(kept.at(fresh)).isNotEqualTo(ByteString.EMPTY);
        assertThat(kept.sweep(Long.MAX_VALUE)).isZero();
        assertThat(kept.at(fresh)).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void tooManyBytesAreRefused() {
        assertThatThrownBy(() -> kept.keep(ByteString.copyFrom(new byte[KeptFrames.MOST_BYTES + 1])))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }
}
