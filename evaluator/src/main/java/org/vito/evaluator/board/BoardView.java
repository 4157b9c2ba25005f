package org.vito.evaluator.board;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page is told, as it is told: these records become JSON, names and all.
 *
 * <p>A page first gets a {@link Snapshot} and then {@link Change}s, each of which holds only what is new.
 */
public final class BoardView {
    private BoardView() {}

    /**
     * Everything.
     *
     * @param readingHistory whether records from before the start are still coming in
     * @param now the server's time, ms since the epoch, against which ages are shown
     */
    public record Snapshot(
            String instance,
            long now,
            boolean readingHistory,
            Kafka kafka,
            Counts counts,
            List<Run> runs,
            List<Score> scores,
            List<Stage> stages,
            List<Decision> decisions,
            Dead deadLetters) {}

    /** What has changed since the last; what is null has not. */
    public record Change(
            long now,
            boolean readingHistory,
            @Nullable Kafka kafka,
            @Nullable Counts counts,
            @Nullable List<RunChange> runs,
            @Nullable List<Score> scores,
            @Nullable List<Stage> stages,
            @Nullable List<Decision> decisions,
            @Nullable Dead deadLetters) {}

    /** Whether Kafka answers, and what it said if not. */
    public record Kafka(boolean up, String trouble) {}

    /**
     * How many videos and clips there are.
     *
     * @param clipsInTopic records of the clips topic, commit markers included (one in each partition that a transaction wrote to), so too many; -1 = not known
     */
    public record Counts(long stored, long accepted, long rejected, long clipsInTopic) {}

    /** A run's last step and its curve. */
    public record Run(RunState state, List<Point> curve) {}

    /**
     * What is new of a run.
     *
     * @param curve null if only the state changed
     */
    public record RunChange(RunState state, @Nullable CurveChange curve) {}

    /**
     * Points to put in place of all whose {@code start} is {@code from} or more.
     *
     * @param from null = of all
     */
    public record CurveChange(@Nullable Long from, List<Point> points) {}

    /** Where a run is. {@code notFinite} counts losses that were no finite numbers; their steps are not in the curve. */
    public record RunState(
            String run,
            long step,
            long totalSteps,
            @Nullable Double loss,
            double learningRate,
            double emaDecay,
            double stepMs,
            double clipsPerSecond,
            double viewsPerSecond,
            double stalledShare,
            long epoch,
            long generation,
            long clipsConsumed,
            long atMs,
            long notFinite,
            @Nullable Long checkpointStep,
            long checkpointAtMs,
            long checkpoints) {}

    /** Steps {@code first … last}: mean, least and greatest loss, last learning rate. */
    public record Point(long start, long first, long last, double mean, double least, double greatest, double rate) {}

    /** One task on one data set of one checkpoint. */
    public record Score(
            String run,
            long step,
            String task,
            String dataSet,
            String state,
            Map<String, Double> metrics,
            double seconds,
            String reason,
            String evaluator,
            long atMs) {}

    /** One stage of one process. {@code lag} is of the consumer group or the stage's own; -1 = not known. */
    public record Stage(
            String stage,
            String instance,
            long passed,
            long failed,
            double perSecond,
            String unit,
            int queued,
            int capacity,
            long lag,
            long residentBytes,
            @Nullable Missing missing,
            String note,
            @Nullable List<Source> sources,
            long atMs) {}

    /** What a source of videos does, as one process knows it, and what it brought since that began. */
    public record Source(
            String name,
            String state,
            long submitted,
            long stored,
            long refused,
            long receivedBytes,
            double bytesPerSecond,
            String detail) {}

    /**
     * What a stage that balances categories misses.
     *
     * @param total of all categories together
     * @param most the categories that miss most
     */
    public record Missing(long total, List<Category> most) {}

    /** How many of a category there are, and how many are wanted. */
    public record Category(String name, long accepted, long target) {}

    /**
     * What curation decided about one video.
     *
     * @param category the class it belongs to, or empty
     * @param picture whether there is one at {@code thumbnails/VIDEO}
     */
    public record Decision(
            String video,
            boolean accepted,
            String category,
            String title,
            String reason,
            String curator,
            boolean picture,
            long atMs) {}

    /**
     * What was refused.
     *
     * @param total since the topic's beginning
     * @param byReason counts of the letters that are kept
     */
    public record Dead(long total, Map<String, Integer> byReason, List<DeadLetterLine> newest) {}

    /** One dead letter, without its record. */
    public record DeadLetterLine(
            long number, String stage, String reason, String message, String subject, int attempts, long atMs) {}
}
