package org.vito.learner.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.learner.checkpoint.Checkpoints.Verified;
import org.vito.protocol.Durable;
import org.vito.protocol.Reason;
import org.vito.protocol.Sha256;
import org.vito.protocol.VitoException;

/**
 * Writes, finds and removes the checkpoints of one run. Used by one thread.
 *
 * <p>A checkpoint is written to a directory of another name beside its place, every file is forced to disk, the manifest
 * written last, and the directory renamed into place; then its parent is forced and the file {@code latest} names it. So a
 * directory {@code step-…} was complete when it appeared, and whatever damages it later shows in the digests.
 */
public final class CheckpointStore {
    private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
    private static final String WRITING = ".writing-";
    private static final String REMOVING = ".removing-";
    private static final String GENERATION = "generation";

    /** Puts the files of a checkpoint into a directory. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path directory) throws IOException;
    }

    /**
     * What the learner says of a checkpoint.
     *
     * @param loss of the last step; NaN before the first
     * @param positions for each partition of the clips topic the offset to read next
     */
    public record About(long step, double loss, String architecture, Map<Integer, Long> positions) {}

    private final String run;
    private final Path runDirectory;
    private final Path directory;
    private final CheckpointSettings settings;
    private final Identity identity;
    private final InstantSource clock;
    private long generation;
    private @Nullable Verified lastGood;

    private CheckpointStore(
            String run, Path data, CheckpointSettings settings, Identity identity, InstantSource clock) {
        this.run = run;
        this.runDirectory = Checkpoints.runDirectory(data, run).toAbsolutePath();
        this.directory = Checkpoints.directory(data, run).toAbsolutePath();
        this.settings = settings;
        this.identity = identity;
        this.clock = clock;
    }

    /**
     * Opens the run's directory and creates it if missing.
     *
     * @throws VitoException {@link Reason#STORAGE} if it cannot be written
     */
    public static CheckpointStore open(
            String run, Path data, CheckpointSettings settings, Identity identity, InstantSource clock) {
        CheckpointStore store = new CheckpointStore(run, data, settings, identity, clock);
        try {
            Files.createDirectories(store.directory);
            Durable.forceDirectory(store.runDirectory);
        } catch (IOException e) {
            throw store.storage("cannot be opened", e);
        }
        return store;
    }

    /**
     * Counts one more start of the run, durably, makes this store the one of that generation, and removes what an
     * interrupted learner left half done.
     *
     * @param after the generation this learner had before, or 0 if it had none
     * @throws VitoException {@link Reason#FORBIDDEN} if another learner has begun one since
     */
    public long beginGeneration(long after) {
        try {
            long last = lastGeneration();
            if (after > 0 && last != after) {
                throw superseded(last);
            }
            generation = last + 1;
            RunDirectory.replace(runDirectory.resolve(GENERATION), generation + "\n");
            removeLeftovers();
            return generation;
        } catch (IOException e) {
            throw storage("cannot be written", e);
        }
    }

    /**
     * The newest checkpoint that verifies. Newer ones that are damaged are named in the log and put aside.
     *
     * @return nothing if there are no checkpoints
     * @throws VitoException {@link Reason#OTHER_CONFIGURATION} if it was made under another identity; the message names the
     *     settings that differ. {@link Reason#DAMAGED_CHECKPOINT} if there are checkpoints but every one is damaged: to begin
     *     the run anew is for people to decide
     */
    public Optional<Verified> newest() {
        Map<Path, VitoException> damaged = new LinkedHashMap<>();
        for (Path candidate : Checkpoints.list(directory)) {
            try {
                Verified verified = Checkpoints.verify(candidate);
                checkIdentity(verified);
                damaged.forEach((newer, reason) -> putAside(newer, reason, verified));
                lastGood = verified;
                return Optional.of(verified);
            } catch (VitoException e) {
                if (e.reason() != Reason.DAMAGED_CHECKPOINT) {
                    throw e;
                }
                damaged.put(candidate, e);
            }
        }
        if (!damaged.isEmpty()) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT,
                    "none of the %d checkpoints in %s is whole: %s; restore one, or move them away to begin the run anew"
                            .formatted(
                                    damaged.size(),
                                    directory,
                                    damaged.values().stream()
                                            .map(VitoException::getMessage)
                                            .collect(Collectors.joining("; "))));
        }
        return Optional.empty();
    }

    /**
     * Writes a checkpoint; when this returns, it is durable. An older directory of the same step is replaced.
     *
     * @throws VitoException {@link Reason#STORAGE} if it could not be written; nothing is left behind. {@link
     *     Reason#FORBIDDEN} if another learner has begun a newer generation of the run
     */
    public Verified write(About about, Content content) {
        Path temporary = directory.resolve(WRITING + Checkpoints.name(about.step()) + "-" + UUID.randomUUID());
        Path place = directory.resolve(Checkpoints.name(about.step()));
        try {
            Files.createDirectory(temporary);
            content.writeTo(temporary);
            Files.write(temporary.resolve(Manifest.CONFIG), identity.toJson());
            Files.write(temporary.resolve(Manifest.SETTINGS), identity.allToJson());
            Manifest manifest = manifest(about, Checkpoints.describe(temporary));
            byte[] json = manifest.toJson();
            Files.write(temporary.resolve(Manifest.FILE), json);
            Durable.forceFile(temporary.resolve(Manifest.FILE));
            Durable.forceDirectory(temporary);
            checkGeneration();
            if (Files.exists(place)) {
                remove(place);
            }
            RunDirectory.rename(temporary, place.getFileName().toString());
            lastGood = new Verified(place, manifest, Sha256.of(json));
            RunDirectory.replace(directory.resolve("latest"), place.getFileName() + "\n");
            return lastGood;
        } catch (IOException | UncheckedIOException e) {
            throw notTaken(about.step(), e);
        } catch (VitoException e) {
            throw e.reason() == Reason.STORAGE ? notTaken(about.step(), e) : e;
        } finally {
            discard(temporary);
        }
    }

    /** Removes checkpoints beyond what the settings keep; never one that is pinned, nor the last good one. */
    public void retain() {
        List<Path> all = Checkpoints.list(directory);
        for (Path old : all.subList(Math.min(settings.keep(), all.size()), all.size())) {
            boolean forEver = settings.keepEvery() > 0 && Checkpoints.step(old) % settings.keepEvery() == 0;
            if (!forEver && (lastGood == null || !old.equals(lastGood.directory()))) {
                try {
                    removeUnlessPinned(old);
                } catch (IOException e) {
                    log.warn("checkpoint {} could not be removed: {}", old, e.toString());
                }
            }
        }
    }

    private void removeUnlessPinned(Path checkpoint) throws IOException {
        var since = clock.instant().minus(settings.pinLimit());
        if (Checkpoints.isPinned(checkpoint, since)) {
            return;
        }
        String name = checkpoint.getFileName().toString();
        Path renamed = RunDirectory.rename(checkpoint, REMOVING + name);
        if (Checkpoints.isPinned(renamed, since)) {
            RunDirectory.rename(renamed, name); // pinned between the look and the renaming
            return;
        }
        RunDirectory.deleteTree(renamed);
        log.info("checkpoint {} removed", checkpoint);
    }

    private void remove(Path checkpoint) throws IOException {
        RunDirectory.deleteTree(
                RunDirectory.rename(checkpoint, REMOVING + checkpoint.getFileName() + "-" + UUID.randomUUID()));
    }

    private Manifest manifest(About about, SortedMap<String, Manifest.Entry> files) {
        return new Manifest(
                Manifest.FORMAT,
                run,
                about.step(),
                generation,
                about.loss(),
                about.architecture(),
                identity.digest(),
                clock.millis(),
                new TreeMap<>(about.positions()),
                files);
    }

    private void checkIdentity(Verified checkpoint) {
        if (checkpoint.manifest().configDigest().equals(identity.digest())) {
            return;
        }
        try {
            Identity before =
                    Identity.fromJson(Files.readAllBytes(checkpoint.directory().resolve(Manifest.CONFIG)));
            throw new VitoException(
                    Reason.OTHER_CONFIGURATION,
                    "checkpoint %s was made under other settings: %s; set them back or begin another run (vito.learner.run)"
                            .formatted(checkpoint.directory(), String.join("; ", identity.differences(before))));
        } catch (IOException e) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT, checkpoint.directory() + " has no readable settings: " + e, e);
        }
    }

    private void putAside(Path damaged, VitoException reason, Verified used) {
        log.error(
                "checkpoint {} is damaged and put aside, the one of step {} is used: {}",
                damaged,
                used.manifest().step(),
                reason.getMessage());
        try {
            RunDirectory.rename(damaged, "damaged-" + damaged.getFileName() + "-" + clock.millis());
        } catch (IOException e) {
            throw storage("cannot put a damaged checkpoint aside", e);
        }
    }

    private void checkGeneration() throws IOException {
        long last = lastGeneration();
        if (last != generation) {
            throw superseded(last);
        }
    }

    private VitoException superseded(long by) {
        return new VitoException(
                Reason.FORBIDDEN,
                "run %s is trained by another learner now: generation %d has begun, this one is %d"
                        .formatted(run, by, generation));
    }

    private long lastGeneration() throws IOException {
        Path file = runDirectory.resolve(GENERATION);
        if (!Files.exists(file)) {
            return 0;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(file + " holds '" + text + "', expected a whole number", e);
        }
    }

    private void removeLeftovers() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(WRITING) || name.startsWith(REMOVING) || name.startsWith(".latest-")) {
                    log.info("{} was left by an interrupted learner and is removed", entry);
                    RunDirectory.deleteTree(entry);
                }
            }
        }
    }

    private static void discard(Path temporary) {
        try {
            RunDirectory.deleteTree(temporary);
        } catch (IOException e) {
            log.warn("{} could not be removed: {}", temporary, e.toString());
        }
    }

    /** Says what would be needed, what there is and what is left. */
    private VitoException notTaken(long step, Exception cause) {
        String what = "cannot take the checkpoint of step " + step;
        Verified kept = lastGood;
        if (kept != null) {
            long bytes = kept.manifest().files().values().stream()
                    .mapToLong(Manifest.Entry::sizeBytes)
                    .sum();
            what += ", which needs about %d MiB; that of step %d is kept"
                    .formatted((bytes >> 20) + 1, kept.manifest().step());
        }
        return storage(what, cause);
    }

    private VitoException storage(String what, Exception cause) {
        return new VitoException(
                Reason.STORAGE,
                "directory %s %s: %s (%d MiB free)".formatted(directory, what, cause, freeMebibytes()),
                cause);
    }

    private long freeMebibytes() {
        Path there = Files.exists(directory) ? directory : directory.getRoot();
        return there == null ? -1 : there.toFile().getUsableSpace() >> 20;
    }
}
