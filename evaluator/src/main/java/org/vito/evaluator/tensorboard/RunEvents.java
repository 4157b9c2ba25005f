package org.vito.evaluator.tensorboard;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

/**
 * The events of one training run: a directory to which every process that ever told of the run adds a file of its own. What one
 * of them has told is not told again. One thread at a time.
 */
final class RunEvents implements AutoCloseable {
    private static final String PREFIX = "events.out.tfevents.";
    private static final String ENDING = ".vito";

    private final Path directory;
    private final Map<String, Long> lastSteps = new HashMap<>();
    private final Set<String> scores = new HashSet<>();
    private @Nullable EventFile file;

    private RunEvents(Path directory) {
        this.directory = directory;
    }

    /** Reads what a directory has, which is made if it is not there. */
    static RunEvents open(Path directory) throws IOException {
        Files.createDirectories(directory);
        RunEvents run = new RunEvents(directory);
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(path -> isOurs(path.getFileName().toString()))
                    .sorted()
                    .toList();
        }
        for (Path each : files) {
            EventFile.read(each, run::recall);
        }
        return run;
    }

    private static boolean isOurs(String name) {
        return name.startsWith(PREFIX) && name.endsWith(ENDING);
    }

    private void recall(Event event) {
        event.getSummary().getValueList().forEach(value -> {
            lastSteps.merge(value.getTag(), event.getStep(), Math::max);
            if (isScore(value.getTag())) {
                scores.add(key(value.getTag(), event.getStep()));
            }
        });
    }

    /** Adds values of a training step, those of steps that were told already left out, since a resumed run tells them again. */
    void step(long step, long atMs, Map<String, Double> values) throws IOException {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((tag, value) -> {
            Long last = lastSteps.get(tag);
            if (last == null || step > last) {
                lastSteps.put(tag, step);
                add(summary, tag, value);
            }
        });
        write(step, atMs, summary);
    }

    /** Adds scores, which come in any order of steps, once each. */
    void score(long step, long atMs, Map<String, Double> values) throws IOException {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((tag, value) -> {
            String whole = Tags.SCORE + tag;
            if (scores.add(key(whole, step))) {
                add(summary, whole, value);
            }
        });
        write(step, atMs, summary);
    }

    private static boolean isScore(String tag) {
        return tag.startsWith(Tags.SCORE);
    }

    private static String key(String tag, long step) {
        return tag + "@" + step;
    }

    private static void add(Summary.Builder summary, String tag, double value) {
        summary.addValue(Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value));
    }

    private void write(long step, long atMs, Summary.Builder summary) throws IOException {
        if (summary.getValueCount() == 0) {
            return;
        }
        EventFile to = file == null ? create(atMs) : file;
        file = to;
        to.write(Event.newBuilder()
                .setWallTime(atMs / 1e3)
                .setStep(step)
                .setSummary(summary)
                .build());
    }

    /** A file that comes after all that are there, by the number of seconds in its name. */
    private EventFile create(long atMs) throws IOException {
        for (long seconds = atMs / 1000; ; seconds++) {
            try {
                return EventFile.create(directory.resolve(PREFIX + "%010d".formatted(seconds) + ENDING), atMs / 1e3);
            } catch (FileAlreadyExistsException e) {
                // another process of the same second: the next one
            }
        }
    }

    void flush() throws IOException {
        if (file != null) {
            file.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
