package org.vito.decode;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.child.ClipFiles;

/**
 * Resident memory of a decoder process and of its parent, which runs in a process of its own here, over many clips of ten codecs.
 * {@code -Dvito.memory.clips=10000} makes as many.
 */
class MemoryTest {
    private static final Logger log = LoggerFactory.getLogger(MemoryTest.class);
    private static final int CLIPS = Integer.getInteger("vito.memory.clips", 2000);
    private static final int TELLINGS = 20;
    private static final int WARM = 8; // tellings until heaps and caches have their size
    private static final long MOST_GROWTH = 12; // MiB

    @TempDir
    private static Path dir;

    private record Resident(int clips, long parent, long child) {}

    @Test
    @EnabledOnOs(OS.LINUX)
    void staysFlat() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        dir.toString(),
                        String.valueOf(CLIPS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Resident> told = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
            out.lines().filter(line -> line.startsWith("MiB ")).forEach(line -> {
                long[] numbers = Arrays.stream(line.substring(4).split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray();
                told.add(new Resident((int) numbers[0], numbers[1], numbers[2]));
            });
        } finally {
            parent.destroyForcibly();
        }
        log.info("resident MiB over clips: {}", told);
        assertThat(told).hasSize(TELLINGS);
        Resident last = told.get(TELLINGS - 1);
        assertThat(last.clips()).isGreaterThanOrEqualTo(CLIPS);
        Resident warm = told.get(WARM);
        assertThat(last.child() - warm.child())
                .as("growth of the child: %s", told)
                .isLessThanOrEqualTo(MOST_GROWTH);
        assertThat(last.parent() - warm.parent())
                .as("growth of the parent: %s", told)
                .isLessThanOrEqualTo(MOST_GROWTH);
    }

    /** Makes clips and tells, on standard output, how large the processes are. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            Path files = Path.of(arguments[0]);
            int wanted = Integer.parseInt(arguments[1]);
            Config config = ConfigFactory.parseString(
                            "vito.decode { children = 1, window { length = 640 milliseconds, stride = 640 milliseconds } }")
                    .withFallback(ConfigFactory.load());
            List<Path> videos = new ArrayList<>();
            for (int i = 0; i < ClipFiles.names().size(); i += 4) {
                videos.add(ClipFiles.write(ClipFiles.names().get(i), files));
            }
            ActorTestKit kit = ActorTestKit.create(config);
            try (LocalDecoders decoders = LocalDecoders.start(kit.system(), DecodeSettings.from(config))) {
                int made = 0;
                int told = 0;
                for (int i = 0; told < TELLINGS; i = (i + 1) % videos.size()) {
                    VideoInfo info = DecodersTest.await(decoders.probe(videos.get(i)));
                    made += DecodersTest.await(
                                    decoders.decode(videos.get(i), DecodersTest.segment(info, 0, 60_000_000)))
                            .size();
                    if (made >= (long) wanted * (told + 1) / TELLINGS) {
                        long child = DecodersTest.await(decoders.processes()).get(0);
                        System.out.printf(
                                "MiB %d %d %d%n", made, residentMiB("self"), residentMiB(String.valueOf(child)));
                        told++;
                    }
                }
            } finally {
                kit.shutdownTestKit();
            }
        }

        private static long residentMiB(String process) throws IOException {
            return Files.readAllLines(Path.of("/proc", process, "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
