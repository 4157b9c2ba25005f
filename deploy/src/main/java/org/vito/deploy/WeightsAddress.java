package org.vito.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vito.learner.checkpoint.Checkpoints;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Finds the weights that a command is given: a file, the directory of a checkpoint, or a run by its name. */
final class WeightsAddress {
    private static final Pattern RUN = Pattern.compile("([A-Za-z0-9._-]+)(?:@([0-9]+))?");
    private static final Pattern STEP = Pattern.compile("step-0*([0-9]+)");

    private WeightsAddress() {}

    /**
     * The file or directory that is meant. A checkpoint's files are compared with their digests.
     *
     * @param given a path, or {@code RUN} for the newest checkpoint of a run below {@code data}, or {@code RUN@STEP}
     * @throws VitoException NOT_FOUND if it is none of these; DAMAGED_CHECKPOINT if a file of the checkpoint is not its own
     */
    static Path resolve(String given, Path data) {
        Path path = Path.of(given);
        if (Files.isRegularFile(path)) {
            return path;
        }
        if (Files.isDirectory(path)) {
            return isCheckpoint(path) ? verified(path) : path;
        }
        Matcher name = RUN.matcher(given);
        if (name.matches() && Files.isDirectory(Checkpoints.runDirectory(data, name.group(1)))) {
            Path checkpoints = Checkpoints.directory(data, name.group(1));
            return name.group(2) == null
                    ? latest(given, checkpoints)
                    : verified(step(given, checkpoints, Long.parseLong(name.group(2))));
        }
        throw new VitoException(
                Reason.NOT_FOUND,
                "there is no file, directory or run '%s'; %s".formatted(given, among("runs", runs(data), data)));
    }

    private static boolean isCheckpoint(Path directory) {
        return STEP.matcher(
                        String.valueOf(directory.toAbsolutePath().normalize().getFileName()))
                .matches();
    }

    private static Path verified(Path checkpoint) {
        return Checkpoints.verify(checkpoint).directory();
    }

    private static Path latest(String given, Path checkpoints) {
        return Checkpoints.latest(checkpoints)
                .orElseThrow(() -> new VitoException(
                        Reason.NOT_FOUND, "run '%s' has no checkpoint in %s yet".formatted(given, checkpoints)))
                .directory();
    }

    private static Path step(String given, Path checkpoints, long step) {
        List<Path> all = Checkpoints.list(checkpoints);
        Optional<Path> found =
                all.stream().filter(checkpoint -> step(checkpoint) == step).findFirst();
        return found.orElseThrow(() -> new VitoException(
                Reason.NOT_FOUND,
                "there is no checkpoint '%s'; %s"
                        .formatted(
                                given,
                                among(
                                        "steps",
                                        all.stream()
                                                .map(c -> String.valueOf(step(c)))
                                                .toList(),
                                        checkpoints))));
    }

    private static long step(Path checkpoint) {
        Matcher name = STEP.matcher(String.valueOf(checkpoint.getFileName()));
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    private static List<String> runs(Path data) {
        Path runs = data.resolve("runs");
        if (!Files.isDirectory(runs)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(runs)) {
            return all.filter(Files::isDirectory)
                    .map(run -> String.valueOf(run.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot list " + runs + ": " + e, e);
        }
    }

    private static String among(String what, List<String> names, Path where) {
        return names.isEmpty()
                ? "%s has no %s".formatted(where, what)
                : "%s of %s: %s".formatted(what, where, String.join(", ", names));
    }
}
