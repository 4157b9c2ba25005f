package org.vito.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The expected digests are those of FIPS 180-2, appendix B, and of the empty text. */
class Sha256Test {
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String LONG = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
    private static final String MILLION = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

    @TempDir
    private Path directory;

    @Test
    void bytesHaveTheirPublishedDigests() {
        assertThat(Sha256.of(new byte[0])).isEqualTo(EMPTY);
        assertThat(Sha256.of("abc".getBytes(US_ASCII))).isEqualTo(ABC);
        assertThat(Sha256.of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".getBytes(US_ASCII)))
                .isEqualTo(LONG);
    }

    @Test
    void aFileHasTheDigestOfItsBytes() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "a".repeat(1_000_000));
        assertThat(Sha256.of(file)).isEqualTo(MILLION);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Sha256.of(directory.resolve("none")));
    }

    @Test
    void whatIsForcedToDiskKeepsItsContent() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "abc");
        Durable.forceFile(file);
        Durable.forceDirectory(directory);
        assertThat(file).hasContent("abc");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Durable.forceDirectory(directory.resolve("none")));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Durable.forceFile(directory.resolve("none")));
    }
}
