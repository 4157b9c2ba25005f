package org.vito.learner.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Durable;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Epochs as the run has decided them, each in a file of its own, written before its first clip is learned from. A learner
 * that goes on from a checkpoint meets the decisions that were made after it again, so it makes the same batches however
 * much the topic has grown in the meantime. The first file of an epoch stays, whoever wrote it.
 */
public final class RecordedEpochs implements EpochDecisions {
    private static final Logger log = LoggerFactory.getLogger(RecordedEpochs.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    private static final String PREFIX = "epoch-";
    private static final String WRITING = ".writing-";

    private final Path directory;
    private final int keep;

    private RecordedEpochs(Path directory, int keep) {
        this.directory = directory;
        this.keep = keep;
    }

    /**
     * The epochs recorded in {@code directory}, which is created if missing.
     *
     * @param keep so many of the newest epochs stay; whoever goes on from before those decides anew
     * @throws VitoException {@link Reason#STORAGE} if the directory cannot be written
     */
    public static RecordedEpochs open(Path directory, int keep) {
        RecordedEpochs epochs = new RecordedEpochs(directory, keep);
        try {
            Files.createDirectories(directory);
            epochs.remove(WRITING); // what an interrupted learner left
        } catch (IOException e) {
            throw epochs.storage("cannot be created", e);
        }
        return epochs;
    }

    /** Forgets everything: the run begins. */
    public void clear() {
        try {
            remove("");
        } catch (IOException e) {
            throw storage("cannot be emptied", e);
        }
    }

    private void remove(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(prefix)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public @Nullable EpochPlan decide(long number, long batch, Supplier<@Nullable EpochPlan> proposal) {
        Path file = file(number);
        if (!Files.exists(file)) {
            EpochPlan proposed = proposal.get();
            if (proposed == null) {
                return null;
            }
            if (!write(file, proposed)) {
                return proposed;
            }
        }
        EpochPlan decided = read(file);
        return batch < decided.batch() ? null : decided;
    }

    /** Says whether the file is there now. A full disk must not end the training that could outlast it. */
    private boolean write(Path file, EpochPlan plan) {
        Path temporary = directory.resolve(WRITING + UUID.randomUUID());
        try {
            try {
                Files.write(temporary, json(plan));
                Durable.forceFile(temporary);
                publish(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
            Files.deleteIfExists(file(plan.number() - keep));
            return true;
        } catch (IOException e) {
            log.warn(
                    "{} cannot take the decision on epoch {}, which a resume from before it will make anew: {}",
                    directory,
                    plan.number(),
                    e.toString());
            return false;
        }
    }

    private void publish(Path temporary, Path file) throws IOException {
        try {
            Files.move(temporary, file);
            Durable.forceDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            log.info("{} was decided by another learner of this run, whose decision holds", file);
        }
    }

    private EpochPlan read(Path file) {
        try {
            EpochPlan plan = JSON.readValue(Files.readAllBytes(file), EpochPlan.class);
            if (!file.equals(file(plan.number()))) {
                throw new IOException("it is of epoch " + plan.number());
            }
            return plan;
        } catch (IOException | NullPointerException e) {
            throw new VitoException(
                    Reason.DAMAGED_CHECKPOINT,
                    "%s holds no decision on an epoch: %s; without the file the epoch is decided anew"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static byte[] json(EpochPlan plan) {
        try {
            return JSON.writeValueAsBytes(plan);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "an epoch cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    private Path file(long number) {
        return directory.resolve(PREFIX + "%012d.json".formatted(number));
    }

    private VitoException storage(String what, IOException cause) {
        return new VitoException(Reason.STORAGE, "directory %s %s: %s".formatted(directory, what, cause), cause);
    }
}
