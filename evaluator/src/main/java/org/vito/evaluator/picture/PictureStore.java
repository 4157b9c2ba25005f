package org.vito.evaluator.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Pictures of checkpoints as files, {@code RUN/STEP/DATA SET/NAME.png}, of the newest checkpoints of each run. Safe for any thread,
 * and for several processes in one directory.
 */
public final class PictureStore {
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
    private static final String ENDING = ".png";
    private static final long MOST_BYTES = 64 << 20;

    /**
     * A picture.
     *
     * @param name what it is of, e.g. {@code neighbours}
     */
    public record Entry(long step, String dataSet, String name) {}

    private final Path root;
    private final int keep;

    /**
     * Pictures in a directory, which is made when the first is put.
     *
     * @param keep checkpoints of each run of which there are pictures; 0 = nothing is put
     */
    public PictureStore(Path root, int keep) {
        this.root = root;
        this.keep = keep;
    }

    /** Whether pictures are kept at all. */
    public boolean isOn() {
        return keep > 0;
    }

    /**
     * Puts a picture in the place of what was there, and removes those of the run's oldest checkpoints.
     *
     * @throws VitoException STORAGE if it cannot be written, BAD_SETTING if a name is no file's
     */
    public synchronized void put(String run, Entry entry, byte[] png) {
        Path file = file(run, entry)
                .orElseThrow(() -> new VitoException(
                        Reason.BAD_SETTING, "%s of %s has a name that no file may have".formatted(entry, run)));
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(partial, png);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            List<Long> steps = steps(run);
            for (long step : steps.subList(Math.min(keep, steps.size()), steps.size())) {
                delete(root.resolve(run).resolve(String.valueOf(step)));
            }
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "picture %s cannot be written: %s".formatted(file, e), e);
        }
    }

    /** What there is of a run, the newest checkpoint's first. */
    public List<Entry> list(String run) {
        List<Entry> entries = new ArrayList<>();
        try {
            for (long step : steps(run)) {
                Path directory = root.resolve(run).resolve(String.valueOf(step));
                for (Path set : children(directory)) {
                    for (Path file : children(set)) {
                        String name = file.getFileName().toString();
                        if (name.endsWith(ENDING)) {
                            entries.add(new Entry(
                                    step,
                                    set.getFileName().toString(),
                                    name.substring(0, name.length() - ENDING.length())));
                        }
                    }
                }
            }
            return entries;
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "pictures in %s cannot be listed: %s".formatted(root, e), e);
        }
    }

    /** A picture, if it is there. */
    public Optional<byte[]> read(String run, Entry entry) {
        Optional<Path> file = file(run, entry);
        try {
            return file.isEmpty() || Files.size(file.get()) > MOST_BYTES
                    ? Optional.empty()
                    : Optional.of(Files.readAllBytes(file.get()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "picture %s cannot be read: %s".formatted(file, e), e);
        }
    }

    private Optional<Path> file(String run, Entry entry) {
        return Stream.of(run, entry.dataSet(), entry.name())
                                .allMatch(name -> SEGMENT.matcher(name).matches())
                        && entry.step() >= 0
                ? Optional.of(root.resolve(run)
                        .resolve(String.valueOf(entry.step()))
                        .resolve(entry.dataSet())
                        .resolve(entry.name() + ENDING))
                : Optional.empty();
    }

    private List<Long> steps(String run) throws IOException {
        if (!SEGMENT.matcher(run).matches()) {
            return List.of();
        }
        return children(root.resolve(run)).stream()
                .map(step -> step.getFileName().toString())
                .filter(name -> name.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of(); // removed meanwhile
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            return; // somebody else removes it
        }
    }
}
