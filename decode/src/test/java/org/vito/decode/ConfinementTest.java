package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.decode.child.Misbehaving;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** What a decoder process that turns against us can do: nothing that its protections are there to prevent. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ConfinementTest {
    private static final String TIGHT =
            """
            vito.decode {
              children = 1
              child { memory = 256MiB, min-backoff = 1 milliseconds }
              limits { cpu-time = 1 second, request-time = 20 seconds, max-bytes = 4MiB }
            }
            """;

    private static ActorTestKit kit;

    @TempDir
    private Path dir;

    private Decoders decoders;

    @BeforeAll
    static void startSystem() {
        kit = ActorTestKit.create(ConfigFactory.load());
    }

    @AfterAll
    static void stopSystem() {
        kit.shutdownTestKit();
    }

    @BeforeEach
    void start() {
        decoders = start("");
    }

    private static Decoders start(String more) {
        DecodeSettings settings =
                DecodeSettings.from(ConfigFactory.parseString(TIGHT + more).withFallback(ConfigFactory.load()));
        return LocalDecoders.start(kit.system(), settings, Misbehaving.class);
    }

    @AfterEach
    void stop() {
        decoders.close();
    }

    private Protection protection(String name) throws Exception {
        return DecodersTest.await(decoders.protections()).stream()
                .filter(protection -> protection.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void assume(String name) throws Exception {
        Protection told = protection(name);
        assumeTrue(told.active(), () -> name + ": " + told.detail());
    }

    private String outcome(String act) throws Exception {
        Path file = dir.resolve(act);
        Files.write(file, new byte[7]);
        return DecodersTest.await(decoders.probe(file)).title();
    }

    private void assertKilled(String act, String limit) {
        assertThatThrownBy(() -> outcome(act))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DECODER_CRASHED))
                .hasMessageContaining(limit)
                .hasMessageContaining(act);
    }

    @Test
    void everyProtectionIsTold() throws Exception {
        assertThat(DecodersTest.await(decoders.protections()))
                .allSatisfy(protection -> assertThat(protection.detail()).isNotEmpty())
                .extracting(Protection::name)
                .containsExactlyInAnyOrder("network", "files", "system calls", "memory", "cpu time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "native-socket"})
    void itReachesNoNetwork(String act) throws Exception {
        assume("network");
        assertThat(outcome(act)).startsWith("refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "append", "delete"})
    void itChangesNoFile(String act) throws Exception {
        assume("system calls");
        assertThat(outcome(act)).startsWith("refused");
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(dir.resolve(act));
        }
        assertThat(Files.size(dir.resolve(act))).isEqualTo(7);
    }

    @Test
    void fileSystemsAreReadOnlyForIt() throws Exception {
        assume("files");
        assertThat(protection("files").detail()).contains("none opened to write (seccomp)");
        assumeTrue(protection("files").detail().contains("mount namespace"), "needs namespaces");
        decoders.close();
        decoders = start("vito.decode.hardware = cuda"); // for which there is no filter of system calls
        assertThat(protection("system calls").active()).isFalse();
        assertThat(protection("system calls").detail()).contains("set vito.decode.hardware = none");
        assertThat(protection("files").detail()).isEqualTo("all read-only (mount namespace)");
        for (String act : new String[] {"write", "append", "delete"}) {
            assertThat(outcome(act)).startsWith("refused");
        }
        assertThat(outcome("read")).isEqualTo("read 7 bytes");
        assertThat(Files.writeString(dir.resolve("ours"), "still"))
                .as("only for it")
                .exists();
    }

    @Test
    void itReadsFilesAndRunsNoProgram() throws Exception {
        assume("system calls");
        assertThat(outcome("read")).isEqualTo("read 7 bytes");
        assertThat(outcome("run")).startsWith("refused");
    }

    @Test
    void itGetsNoMoreMemoryThanItMay() throws Exception {
        assume("memory");
        assertThatThrownBy(() -> outcome("memory"))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                .hasMessageContaining("memory of a decoder process");
        assertThat(outcome("read")).as("the process lives on").isEqualTo("read 7 bytes");
    }

    @Test
    void memoryThatTheSystemDoesNotCountEndsIt() throws Exception {
        decoders.close();
        decoders = start("vito.decode.limits.cpu-time = 20 seconds");
        Path file = dir.resolve("map");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(512 << 20);
        }
        assertThatThrownBy(() -> DecodersTest.await(decoders.probe(file)))
                .hasMessageContaining("at its limit vito.decode.child.memory");
    }

    @Test
    void itSpendsNoMoreProcessorTimeThanItMay() throws Exception {
        assume("cpu time");
        assertKilled("cpu", "vito.decode.limits.cpu-time (SIGXCPU)");
        assertThat(outcome("read")).as("another process").isEqualTo("read 7 bytes");
    }

    @Test
    void itTakesNoMoreTimeThanItMay() {
        decoders.close();
        decoders = start("vito.decode.limits.request-time = 100 milliseconds");
        assertKilled("sleep", "vito.decode.limits.request-time = PT0.1S");
    }

    @Test
    void itSaysNoMoreThanItMay() {
        assertKilled("flood", "vito.decode.limits.max-bytes = 4194304");
    }

    @Test
    void aCrashIsToldWithItsSignalAndWhereItWas() {
        assertKilled("crash", "by SIGSEGV in [jna");
        assertKilled("crash", "on the way to the frame at 1234000 us");
        assertKilled("exit", "with status 9");
    }

    @Test
    void withoutIsolationLimitsRemainAndItIsSaid() throws Exception {
        decoders.close();
        decoders = start("vito.decode.child.isolate = false");
        assertThat(protection("system calls").active()).isFalse();
        assertThat(protection("files").detail()).contains("vito.decode.child.isolate");
        assertThat(outcome("delete")).isEqualTo("deleted a file");
        assertKilled("flood", "vito.decode.limits.max-bytes");
    }

    @Test
    void thePipeStaysUsableAfterEveryRefusal() throws Exception {
        for (String act : new String[] {"socket", "write", "run", "read"}) {
            assertThat(outcome(act)).isNotEmpty();
        }
        assertThat(DecodersTest.await(decoders.processes())).hasSize(1);
    }
}
