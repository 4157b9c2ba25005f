package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final String ONE = SubmissionIds.ofAddress("one");
    private static final String TWO = SubmissionIds.ofAddress("two");
    private static final String THREE = SubmissionIds.ofAddress("three");

    @TempDir
    Path directory;

    @Test
    void remembersOverRestartsAndCutsOffAHalfLine() throws IOException {
        try (Ledger ledger = Ledger.open(directory, "watch:/in")) {
            ledger.add(List.of(ONE, TWO));
        }
        Files.writeString(file(), THREE.substring(0, 30), StandardOpenOption.APPEND);
        try (Ledger ledger = Ledger.open(directory, "watch:/in")) {
            assertThat(ledger.contains(ONE)).isTrue();
            assertThat(ledger.contains(TWO)).isTrue();
            assertThat(ledger.contains(THREE)).isFalse();
            ledger.add(List.of(THREE));
        }
        try (Ledger ledger = Ledger.open(directory, "watch:/in")) {
            assertThat(ledger.contains(THREE)).isTrue();
        }
        assertThat(Files.readAllLines(file())).containsExactly("# submitted by watch:/in", ONE, TWO, THREE);
    }

    @Test
    void everySourceHasItsOwn() throws IOException {
        try (Ledger ledger = Ledger.open(directory, "a");
                Ledger other = Ledger.open(directory, "b")) {
            ledger.add(List.of(ONE));
            assertThat(other.contains(ONE)).isFalse();
        }
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().orElseThrow();
        }
    }
}
