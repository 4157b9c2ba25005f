package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.child.ClipFiles;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.Clip;

/**
 * Broken, lying and hostile files: each is decoded within its limits or refused with a reason, whatever becomes of the process
 * that reads it. {@code -Dvito.mutations=1000} makes as many of them, the first of which are those of every build.
 */
class MutatedFilesTest {
    private static final Logger log = LoggerFactory.getLogger(MutatedFilesTest.class);
    private static final int MUTATIONS = Integer.getInteger("vito.mutations", 100);
    private static final int MOST_BYTES = 8 << 20;
    private static final Duration REQUEST_TIME = Duration.ofSeconds(15);
    private static final int AT_A_TIME = 4;
    private static final List<Mutation> KINDS = List.of(Mutation.values());
    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    vito.decode {
                      children = 2
                      window { length = 640 milliseconds, stride = 640 milliseconds }
                      limits { cpu-time = 3 seconds, request-time = 15 seconds, max-frames = 3000, max-bytes = 8MiB }
                      child { memory = 512MiB, min-backoff = 1 milliseconds }
                    }
                    """)
            .withFallback(ConfigFactory.load());

    @TempDir
    private static Path dir;

    private static ActorTestKit kit;
    private static LocalDecoders decoders;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(CONFIG);
        decoders = LocalDecoders.start(kit.system(), DecodeSettings.from(CONFIG));
    }

    @AfterAll
    static void stop() {
        decoders.close();
        kit.shutdownTestKit();
    }

    private record Mutated(String name, Path file) {}

    private record Outcome(String name, String kind, String detail, double seconds) {}

    private static Mutated mutated(int number, List<String> names, List<byte[]> clips) throws Exception {
        SplittableRandom random = new SplittableRandom(number);
        Mutation mutation = KINDS.get(number % KINDS.size());
        int which = random.nextInt(clips.size());
        byte[] made = mutation.apply(clips.get(which), clips.get(random.nextInt(clips.size())), random);
        String name = "%d %s %s".formatted(number, mutation, names.get(which));
        return new Mutated(name, Files.write(dir.resolve("mutated-" + number), made));
    }

    /** Asks what the file is, and if that has an answer, for its clips. */
    private static CompletionStage<Outcome> outcome(Mutated mutated) {
        long begin = System.nanoTime();
        CompletionStage<List<Clip>> clips = decoders.probe(mutated.file())
                .thenCompose(info -> decoders.decode(mutated.file(), DecodersTest.segment(info, 0, 60_000_000)));
        return clips.handle((made, thrown) -> {
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (thrown == null) {
                check(mutated, made);
                return new Outcome(mutated.name(), "decoded", made.size() + " clips", seconds);
            }
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            if (cause instanceof VitoException refusal) {
                return new Outcome(mutated.name(), kind(refusal), String.valueOf(refusal.getMessage()), seconds);
            }
            return new Outcome(mutated.name(), "FAILED", String.valueOf(cause), seconds);
        });
    }

    private static void check(Mutated mutated, List<Clip> clips) {
        long bytes = clips.stream()
                .flatMap(clip -> clip.getFramesList().stream())
                .mapToLong(frame -> frame.getJpeg().size())
                .sum();
        assertThat(bytes).as(mutated.name()).isLessThanOrEqualTo(MOST_BYTES);
        assertThat(clips).as(mutated.name()).hasSizeLessThanOrEqualTo(60_000_000 / 640_000 + 1);
    }

    private static String kind(VitoException refusal) {
        if (refusal.reason() != Reason.DECODER_CRASHED) {
            return "refused: " + refusal.reason();
        }
        String message = String.valueOf(refusal.getMessage());
        int limit = message.indexOf("vito.decode.");
        return limit >= 0
                ? "killed: " + message.substring(limit).split("[ )]", 2)[0]
                : "died: " + message.replaceFirst(".* ended ", "").replaceFirst(", on the way.*", "");
    }

    @Test
    void everyOneIsDecodedOrRefused() throws Exception {
        List<String> names = ClipFiles.names();
        List<byte[]> clips = new ArrayList<>();
        for (String name : names) {
            clips.add(Files.readAllBytes(ClipFiles.write(name, dir)));
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int number = 0; number < MUTATIONS; number += AT_A_TIME) {
            List<CompletableFuture<Outcome>> running = new ArrayList<>();
            for (int i = number; i < Math.min(MUTATIONS, number + AT_A_TIME); i++) {
                running.add(outcome(mutated(i, names, clips)).toCompletableFuture());
            }
            for (CompletableFuture<Outcome> one : running) { // two tries of two requests for each, two at a time
                outcomes.add(one.get(REQUEST_TIME.toSeconds() * 4 * AT_A_TIME / 2, TimeUnit.SECONDS));
            }
        }
        report(outcomes);
        assertThat(outcomes).hasSize(MUTATIONS).allSatisfy(outcome -> {
            assertThat(outcome.kind()).as(outcome.toString()).doesNotContain("FAILED", "INTERNAL");
            assertThat(outcome.detail()).as(outcome.name()).isNotEmpty();
        });
        assertAlive();
    }

    private static void report(List<Outcome> outcomes) throws Exception {
        TreeMap<String, Integer> kinds = new TreeMap<>();
        outcomes.forEach(outcome -> kinds.merge(outcome.kind(), 1, Integer::sum));
        StringBuilder text = new StringBuilder();
        kinds.forEach((kind, count) -> text.append(String.format(Locale.ROOT, "%5d %s%n", count, kind)));
        outcomes.stream()
                .sorted((a, b) -> Double.compare(b.seconds(), a.seconds()))
                .limit(5)
                .forEach(slow -> text.append(String.format(
                        Locale.ROOT, "%5.1f s %s: %s, %s%n", slow.seconds(), slow.name(), slow.kind(), slow.detail())));
        log.info("{} mutated files:\n{}", outcomes.size(), text);
        outcomes.forEach(o -> text.append(o).append('\n'));
        Files.writeString(Path.of("target", "mutated-files.txt"), text);
    }

    private static void assertAlive() throws Exception {
        Path sound = ClipFiles.write("MPEG4_MP4", dir);
        assertThat(DecodersTest.await(decoders.probe(sound)).codec()).isEqualTo("mpeg4");
        Patience.until(
                "both processes",
                Duration.ofSeconds(20),
                () -> DecodersTest.await(decoders.processes()).size() == 2);
    }

    private static void assertRefused(Path bomb, String message) throws Exception {
        assertThatThrownBy(() -> DecodersTest.await(decoders.probe(bomb)
                        .thenCompose(info -> decoders.decode(bomb, DecodersTest.segment(info, 0, 600_000_000)))))
                .isInstanceOfSatisfying(
                        VitoException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.DAMAGED_VIDEO))
                .hasMessageContaining(message);
        assertAlive();
    }

    @Test
    void aBombOfLargeFramesEndsAtTheLimitOfProcessorTime() throws Exception {
        Path bomb = dir.resolve("bomb.webm"); // 45 kB, of which 1.5 GB become
        try (InputStream in = MutatedFilesTest.class.getResourceAsStream("/clips/bomb.webm")) {
            Files.copy(in, bomb);
        }
        Config tight = ConfigFactory.parseString(
                        "vito.decode { children = 1, frame.short-side = 4096, limits { cpu-time = 1 second, max-bytes = 1GiB } }")
                .withFallback(CONFIG);
        try (Decoders limited = LocalDecoders.start(kit.system(), DecodeSettings.from(tight))) {
            VideoInfo info = DecodersTest.await(limited.probe(bomb));
            assertThatThrownBy(
                            () -> DecodersTest.await(limited.decode(bomb, DecodersTest.segment(info, 0, 60_000_000))))
                    .hasMessageContaining("vito.decode.limits.cpu-time");
            assertThat(DecodersTest.await(limited.probe(bomb)).width()).isEqualTo(4096);
        }
    }

    @Test
    void framesThatAreLargerThanTheContainerSaysAreRefused() throws Exception {
        assertRefused(ClipFiles.lyingFrames(dir.resolve("giant.webm")), "no frame can be decoded");
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000_000, 0x0fffffff}) // of which libav could hold a list, and could not
    void anIndexOfCountlessSamplesIsRefused(int samples) throws Exception {
        Path bomb = ClipFiles.manySamples(dir.resolve("samples.mp4"), samples);
        assertRefused(bomb, "no frame can be decoded");
    }
}
