package org.vito.learner.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Durable;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/** Reads checkpoints: finds, verifies and pins them. A checkpoint is the directory {@code step-<number>} of its run. */
public final class Checkpoints {
    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    private static final Pattern NAME = Pattern.compile("step-([0-9]{8,18})");
    private static final Pattern READER = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final String PIN = ".pin-";

    private Checkpoints() {}

    /**
     * A checkpoint that was verified.
     *
     * @param digest SHA-256 of the manifest, which names the checkpoint
     */
    public record Verified(Path directory, Manifest manifest, String digest) {}

    /**
     * Reads the manifest and compares size and SHA-256 of every file with it.
     *
     * @throws VitoException {@link Reason#DAMAGED_CHECKPOINT} naming the file that is missing or differs, {@link
     *     Reason#NOT_FOUND} if the directory is not there
     */
    public static Verified verify(Path checkpoint) {
        if (!Files.isDirectory(checkpoint)) {
            throw new VitoException(Reason.NOT_FOUND, "checkpoint " + checkpoint + " is not there");
        }
        try {
            byte[] json = Files.readAllBytes(checkpoint.resolve(Manifest.FILE));
            Manifest manifest = Manifest.fromJson(json, checkpoint);
            for (Map.Entry<String, Manifest.Entry> entry : manifest.files().entrySet()) {
                verify(checkpoint, entry.getKey(), entry.getValue());
            }
            return new Verified(checkpoint, manifest, Sha256.of(json));
        } catch (NoSuchFileException e) {
            throw new VitoException(Reason.DAMAGED_CHECKPOINT, checkpoint + " lacks the file " + e.getFile(), e);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "checkpoint " + checkpoint + " cannot be read: " + e, e);
        }
    }

    /**
     * Makes a checkpoint of a directory with the files of a network that was not trained here: adds a manifest. One that is there
     * already is verified, and kept if it is of this run and step.
     *
     * @param architecture e.g. {@code resnet50}
     * @throws VitoException {@link Reason#BAD_SETTING} if it is a checkpoint of another run or step; {@link Reason#STORAGE} if
     *     it cannot be written
     */
    public static Verified seal(Path directory, String run, long step, String architecture, Instant now) {
        if (Files.exists(directory.resolve(Manifest.FILE))) {
            Verified known = verify(directory);
            if (!known.manifest().run().equals(run) || known.manifest().step() != step) {
                throw new VitoException(
                        Reason.BAD_SETTING,
                        "%s is step %d of run %s already, expected a network without a manifest, or that run and step"
                                .formatted(
                                        directory,
                                        known.manifest().step(),
                                        known.manifest().run()));
            }
            return known;
        }
        try {
            Manifest manifest = new Manifest(
                    Manifest.FORMAT,
                    run,
                    step,
                    0,
                    Double.NaN,
                    architecture,
                    "",
                    now.toEpochMilli(),
                    new TreeMap<>(),
                    describe(directory));
            byte[] json = manifest.toJson();
            RunDirectory.replace(directory.resolve(Manifest.FILE), new String(json, StandardCharsets.UTF_8));
            return new Verified(directory, manifest, Sha256.of(json));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "a manifest cannot be added to " + directory + ": " + e, e);
        }
    }

    /** Size and digest of every file of a directory, which are made durable. */
    static SortedMap<String, Manifest.Entry> describe(Path written) throws IOException {
        TreeMap<String, Manifest.Entry> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(written)) {
            for (Path file : entries.toList()) {
                Durable.forceFile(file);
                files.put(file.getFileName().toString(), new Manifest.Entry(Files.size(file), Sha256.of(file)));
            }
        }
        return files;
    }

    private static void verify(Path checkpoint, String name, Manifest.Entry expected) throws IOException {
        Path file = checkpoint.resolve(name).normalize();
        if (!checkpoint.normalize().equals(file.getParent())) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT, checkpoint + ": '" + name + "' is no name of a file in it");
        }
        long size = Files.size(file);
        if (size != expected.sizeBytes()) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT,
                    "%s has %d bytes, the manifest says %d".formatted(file, size, expected.sizeBytes()));
        }
        String sha256 = Sha256.of(file);
        if (!sha256.equals(expected.sha256())) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT,
                    "%s has SHA-256 %s, the manifest says %s".formatted(file, sha256, expected.sha256()));
        }
    }

    /** Directory of the checkpoints of {@code run} below the data directory. */
    public static Path directory(Path data, String run) {
        return runDirectory(data, run).resolve("checkpoints");
    }

    /** Directory of everything that belongs to {@code run} below the data directory. */
    public static Path runDirectory(Path data, String run) {
        return data.resolve("runs").resolve(run);
    }

    /** The checkpoint directories in {@code checkpoints}, newest first, verified or not. */
    public static List<Path> list(Path checkpoints) {
        if (!Files.isDirectory(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.filter(p -> step(p) >= 0 && Files.isDirectory(p))
                    .sorted((a, b) -> Long.compare(step(b), step(a)))
                    .toList();
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "cannot list " + checkpoints + ": " + e, e);
        }
    }

    /** The newest checkpoint in {@code checkpoints} that verifies; damaged ones are logged and passed over. */
    public static Optional<Verified> latest(Path checkpoints) {
        for (Path candidate : list(checkpoints)) {
            try {
                return Optional.of(verify(candidate));
            } catch (VitoException e) {
                if (e.reason() != Reason.DAMAGED_CHECKPOINT && e.reason() != Reason.NOT_FOUND) {
                    throw e;
                }
                log.warn("checkpoint passed over: {}", e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * Keeps a checkpoint from being removed while {@code reader} works on it. Pin, then verify; pin again to renew.
     *
     * @param reader letters, digits, '.', '_' and '-'
     * @throws VitoException {@link Reason#NOT_FOUND} if the checkpoint is not there (any more)
     */
    public static void pin(Path checkpoint, String reader, Instant now) {
        Path pin = pinFile(checkpoint, reader);
        try {
            Files.write(pin, new byte[0]);
            Files.setLastModifiedTime(pin, FileTime.from(now));
        } catch (NoSuchFileException e) {
            throw new VitoException(Reason.NOT_FOUND, "checkpoint " + checkpoint + " is not there", e);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "checkpoint " + checkpoint + " cannot be pinned: " + e, e);
        }
    }

    /** Ends a pin; nothing happens if there is none. */
    public static void unpin(Path checkpoint, String reader) {
        try {
            Files.deleteIfExists(pinFile(checkpoint, reader));
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, "checkpoint " + checkpoint + " cannot be unpinned: " + e, e);
        }
    }

    /** Whether a pin was set or renewed after {@code since}. */
    static boolean isPinned(Path checkpoint, Instant since) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.filter(Checkpoints::isPin).toList()) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isAfter(since)) {
                        return true;
                    }
                } catch (NoSuchFileException e) {
                    log.debug("{} was removed while it was looked at", file);
                }
            }
            return false;
        }
    }

    static boolean isPin(Path file) {
        return file.getFileName().toString().startsWith(PIN);
    }

    /** The step in a checkpoint directory's name, or -1 if it is none. */
    static long step(Path directory) {
        Matcher name = NAME.matcher(directory.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    static String name(long step) {
        return "step-%08d".formatted(step);
    }

    private static Path pinFile(Path checkpoint, String reader) {
        if (!READER.matcher(reader).matches()) {
            throw new IllegalArgumentException("reader '" + reader + "' is not " + READER);
        }
        return checkpoint.resolve(PIN + reader);
    }
}
