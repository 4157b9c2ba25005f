package org.vito.learner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A real file system of a few megabytes in memory, to be filled up or made read-only. Needs root on Linux. */
public final class SmallDisk implements AutoCloseable {
    private static final String BALLAST = "ballast";

    private final Path place;

    private SmallDisk(Path place) {
        this.place = place;
    }

    /** Mounts one at {@code place}, an empty directory; skips the test where that is not allowed. */
    public static SmallDisk mount(Path place, String size) {
        String refused = run("mount", "-t", "tmpfs", "-o", "size=" + size, "vito-test", place.toString());
        Assumptions.assumeTrue(
                refused.isEmpty(), "a test of a full disk mounts a tmpfs, which takes root on Linux: " + refused);
        return new SmallDisk(place);
    }

    /** Where it is mounted. */
    public Path root() {
        return place;
    }

    /** Writes until nothing more can be written. */
    public void fill() throws IOException {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(place.resolve(BALLAST))) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    /** Takes away what {@link #fill} wrote. */
    public void free() throws IOException {
        Files.delete(place.resolve(BALLAST));
    }

    /** Lets nobody write any more, or everybody again. */
    public void readOnly(boolean readOnly) throws IOException {
        String refused = run("mount", "-o", "remount," + (readOnly ? "ro" : "rw"), place.toString());
        if (!refused.isEmpty()) {
            throw new IOException(refused);
        }
    }

    @Override
    public void close() throws IOException {
        String refused = run("umount", "--lazy", place.toString());
        if (!refused.isEmpty()) {
            throw new IOException(refused);
        }
    }

    /** What the command says when it fails, otherwise nothing. */
    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? "" : said + " (code " + process.exitValue() + ")";
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }
}
