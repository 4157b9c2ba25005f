package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.decode.child.ChildMain;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** What happens when decoder processes die, hang or are no longer wanted. */
class CrashTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;
    private static Path heavy; // takes a second or more to decode
    private static DecodeSegment segment;

    @BeforeAll
    static void start() throws Exception {
        kit = ActorTestKit.create(ConfigFactory.load());
        heavy = NumberedVideo.write(
                dir.resolve("heavy.avi"),
                new VideoWriter.Format("avi", "mjpeg", 1920, 1080, 25, 20_000_000, 1),
                LibavVideoWriter.Extras.NONE,
                130,
                NumberedVideo.at(25));
        segment = DecodeSegment.newBuilder()
                .setVideoId("heavy")
                .setCount(1)
                .setEndUs(60_000_000)
                .setVideo(StoredVideo.newBuilder().setDurationUs(5_200_000).setFramesPerSecond(25))
                .build();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    private static DecodeSettings settings(String... overrides) {
        Config config = ConfigFactory.parseString(
                        "vito.decode { children = 1, window.frames-per-clip = 64 }\n" + String.join("\n", overrides))
                .withFallback(ConfigFactory.load());
        return DecodeSettings.from(config);
    }

    private static long onlyProcess(Decoders decoders, long otherThan) throws Exception {
        return Patience.await("a decoder process", SOON, () -> {
            List<Long> pids = DecodersTest.await(decoders.processes());
            return pids.size() == 1 && pids.get(0) != otherThan ? pids.get(0) : null;
        });
    }

    private static void kill(long pid) {
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void aVideoSurvivesOneDeathOfItsProcess() throws Exception {
        try (Decoders decoders = Decoders.start(kit.system(), settings())) {
            long first = onlyProcess(decoders, 0);
            CompletionStage<List<Clip>> clips = decoders.decode(heavy, segment);
            kill(first);
            assertThat(DecodersTest.await(clips)).hasSize(2);
            assertThat(onlyProcess(decoders, first)).isNotEqualTo(first);
        }
    }

    @Test
    void aVideoOnWhichTwoProcessesDieIsRefusedAndThePoolLivesOn() throws Exception {
        try (Decoders decoders = Decoders.start(kit.system(), settings())) {
            long first = onlyProcess(decoders, 0);
            CompletionStage<List<Clip>> clips = decoders.decode(heavy, segment);
            for (long last = first; !clips.toCompletableFuture().isDone(); last = onlyProcess(decoders, last)) {
                kill(last); // one that is killed before it is given the video does not count
            }
            assertThatThrownBy(() -> DecodersTest.await(clips))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DECODER_CRASHED))
                    .hasMessageContaining("2 decoder processes died")
                    .hasMessageContaining("heavy.avi");
            assertThat(DecodersTest.await(decoders.probe(heavy)).codec()).isEqualTo("mjpeg");
        }
    }

    @Test
    void aProcessThatTakesTooLongIsKilled() throws Exception {
        try (Decoders decoders =
                Decoders.start(kit.system(), settings("vito.decode.limits.request-time = 5 milliseconds"))) {
            long first = onlyProcess(decoders, 0);
            assertThatThrownBy(() -> DecodersTest.await(decoders.decode(heavy, segment)))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DECODER_CRASHED))
                    .hasMessageContaining("not done after its limit vito.decode.limits.request-time = PT0.005S");
            Patience.until("end of process " + first, SOON, () -> !alive(first));
        }
    }

    @Test
    void framesForWhichMemoryDoesNotSufficeAreRefused() throws Exception {
        Path large = NumberedVideo.write(
                dir.resolve("large.avi"),
                new VideoWriter.Format("avi", "mjpeg", 6000, 5000, 2, 20_000_000, 1),
                LibavVideoWriter.Extras.NONE,
                8,
                NumberedVideo.at(2));
        try (Decoders decoders = Decoders.start(kit.system(), settings("vito.decode.child.memory = 160MiB"))) {
            assertThatThrownBy(() -> DecodersTest.await(decoders.decode(large, segment)))
                    .isInstanceOfSatisfying(
                            VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                    .hasMessageContaining("memory");
        }
    }

    @Test
    void tooManyPixelsOrFramesAreRefused() throws Exception {
        try (Decoders decoders = Decoders.start(kit.system(), settings("vito.decode.limits.max-pixels = 100000"))) {
            assertTooLarge(decoders.probe(heavy));
        }
        try (Decoders decoders = Decoders.start(kit.system(), settings("vito.decode.limits.max-frames = 20"))) {
            assertTooLarge(decoders.decode(heavy, segment));
        }
    }

    private static void assertTooLarge(CompletionStage<?> asked) {
        assertThatThrownBy(() -> DecodersTest.await(asked))
                .isInstanceOfSatisfying(
                        VitoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    @Test
    void aFullQueueSaysTryAgain() throws Exception {
        try (Decoders decoders = Decoders.start(kit.system(), settings("vito.decode.queue-capacity = 1"))) {
            onlyProcess(decoders, 0);
            CompletionStage<List<Clip>> running = decoders.decode(heavy, segment);
            CompletionStage<VideoInfo> waiting = decoders.probe(heavy);
            assertThatThrownBy(() -> DecodersTest.await(decoders.probe(heavy)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("1 requests wait");
            assertThat(DecodersTest.await(waiting).width()).isEqualTo(1920);
            assertThat(DecodersTest.await(running)).hasSize(2);
        }
    }

    @Test
    void closingEndsEveryProcessAndRefusesWhatWaits() throws Exception {
        Decoders decoders = Decoders.start(kit.system(), settings());
        long pid = onlyProcess(decoders, 0);
        CompletionStage<List<Clip>> running = decoders.decode(heavy, segment);
        CompletionStage<VideoInfo> waiting = decoders.probe(heavy);
        decoders.close();
        decoders.close();
        assertThat(alive(pid)).isFalse();
        assertThatThrownBy(() -> DecodersTest.await(running)).isInstanceOf(RetriableException.class);
        assertThatThrownBy(() -> DecodersTest.await(waiting)).isInstanceOf(RetriableException.class);
    }

    @Test
    void signalsForTheWholeGroupDoNotCostAVideo() throws Exception {
        try (Decoders decoders = Decoders.start(kit.system(), settings())) {
            long pid = onlyProcess(decoders, 0);
            CompletionStage<List<Clip>> running = decoders.decode(heavy, segment);
            for (String signal : List.of("-INT", "-TERM", "-HUP")) {
                assertThat(new ProcessBuilder("kill", signal, String.valueOf(pid))
                                .start()
                                .waitFor())
                        .isZero();
            }
            assertThat(DecodersTest.await(running)).hasSize(2);
            assertThat(DecodersTest.await(decoders.processes())).containsExactly(pid);
        }
    }

    @Test
    void theSystemTakesItsProcessesAlong() throws Exception {
        ActorTestKit other = ActorTestKit.create(ConfigFactory.load());
        long pid = onlyProcess(Decoders.start(other.system(), settings()), 0);
        other.shutdownTestKit();
        Patience.until("end of process " + pid, SOON, () -> !alive(pid));
    }

    @Test
    void processesThatCannotStartAreSaidSo() {
        DecodeSettings s =
                settings("vito.decode.child { heap = 1048576 GiB, failed-starts = 2, min-backoff = 1 milliseconds }");
        try (Decoders decoders = Decoders.start(kit.system(), s)) {
            assertThatThrownBy(() -> DecodersTest.await(decoders.probe(heavy)))
                    .isInstanceOf(RetriableException.class)
                    .hasMessageContaining("no decoder process can be started");
        }
    }

    /** A process with a decoder process, to be killed. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            DecodeSettings s = settings();
            ChildProcess.start(
                    s, Isolation.probe(true, ChildMain.class.getName()), "child", new ChildProcess.Listener() {
                        @Override
                        public void answered(org.vito.decode.child.v1.Response response) {
                            System.out.println("pid " + response.getReady().getPid());
                        }

                        @Override
                        public void ended(String how) {}
                    });
            Thread.currentThread().join();
        }
    }

    @Test
    void aProcessDiesWithItsParentHoweverThatDies() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            long pid = out.lines()
                    .filter(line -> line.startsWith("pid "))
                    .mapToLong(line -> Long.parseLong(line.substring(4)))
                    .findFirst()
                    .orElseThrow();
            assertThat(alive(pid)).isTrue();
            parent.destroyForcibly();
            Patience.until("end of process " + pid, SOON, () -> !alive(pid));
        } finally {
            parent.destroyForcibly();
        }
    }
}
