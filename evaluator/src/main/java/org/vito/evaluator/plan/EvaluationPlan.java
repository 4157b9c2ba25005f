package org.vito.evaluator.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/**
 * Which evaluations there are and how far each is: everything the coordinator knows, without actors or Kafka.
 *
 * <p>An evaluation is settled when its last score is SCORED or FAILED for the digest that its checkpoint has now. All
 * others of the chosen checkpoints are open. What belongs to one checkpoint and one data set is given out together.
 */
final class EvaluationPlan {
    private final List<EvaluationRules.DataSet> dataSets;
    private final boolean newestFirst;
    private final int every;
    private final Set<String> retriedReasons;
    private final Map<String, NavigableMap<Long, CheckpointAnnouncement>> runs = new HashMap<>();
    private final Map<ScoreKey, Entry> entries = new HashMap<>();
    private final Map<Slot, Trial> trials = new HashMap<>();

    private record Entry(String digest, ScoreState state) {}

    /** What is given out together. */
    private record Slot(String runId, long step, String dataSet) {}

    private record Trial(String digest, boolean leased, int attempts, Instant notBefore) {}

    /**
     * @param newestFirst whether, of several open checkpoints, the one announced last is next; else the first
     * @param every 1 = each checkpoint of a run, n = its first and each n-th after it
     * @param retriedReasons codes of failures in the history that are tried again
     */
    EvaluationPlan(List<EvaluationRules.DataSet> dataSets, boolean newestFirst, int every, Set<String> retriedReasons) {
        this.dataSets = List.copyOf(dataSets);
        this.newestFirst = newestFirst;
        this.every = every;
        this.retriedReasons = Set.copyOf(retriedReasons);
    }

    /** Takes in a score that an earlier life wrote; the last one told of a key holds. */
    void restore(EvaluationScore score) {
        boolean again =
                score.getState() == ScoreState.FAILED && retriedReasons.contains(Failures.codeOf(score.getReason()));
        entries.put(
                ScoreKey.of(score),
                new Entry(score.getCheckpointDigest(), again ? ScoreState.SCORE_STATE_UNSPECIFIED : score.getState()));
    }

    /** Takes in a checkpoint; the last one told of a run and step holds. */
    void announce(CheckpointAnnouncement checkpoint) {
        runs.computeIfAbsent(checkpoint.getRunId(), r -> new TreeMap<>()).put(checkpoint.getStep(), checkpoint);
    }

    /** A checkpoint's record was deleted: nothing of it that is not begun will be. */
    void forget(String runId, long step) {
        NavigableMap<Long, CheckpointAnnouncement> run = runs.get(runId);
        if (run != null) {
            run.remove(step);
        }
    }

    /** The open evaluations that no score tells of yet, as QUEUED scores; they count as told. */
    List<EvaluationScore> enqueue() {
        List<EvaluationScore> queued = new ArrayList<>();
        for (CheckpointAnnouncement checkpoint : chosen()) {
            for (EvaluationRules.DataSet dataSet : dataSets) {
                for (String task : dataSet.tasks()) {
                    ScoreKey key = new ScoreKey(checkpoint.getRunId(), checkpoint.getStep(), dataSet.name(), task);
                    Entry entry = entries.get(key);
                    if (entry == null
                            || !entry.digest.equals(checkpoint.getDigest())
                            || entry.state == ScoreState.SCORE_STATE_UNSPECIFIED) {
                        entries.put(key, new Entry(checkpoint.getDigest(), ScoreState.QUEUED));
                        queued.add(Scores.of(checkpoint, dataSet.name(), task, ScoreState.QUEUED));
                    }
                }
            }
        }
        return queued;
    }

    /** The job to give out next, which is then leased, or nothing if none is open and due. */
    Optional<Job> lease(Instant now) {
        for (CheckpointAnnouncement checkpoint : chosen()) {
            for (EvaluationRules.DataSet dataSet : dataSets) {
                Slot slot = slot(checkpoint, dataSet.name());
                Trial trial = trial(slot, checkpoint.getDigest());
                List<String> open = open(checkpoint, dataSet);
                if (!open.isEmpty() && !trial.leased && !now.isBefore(trial.notBefore)) {
                    int attempt = trial.attempts + 1;
                    trials.put(slot, new Trial(checkpoint.getDigest(), true, attempt, Instant.EPOCH));
                    return Optional.of(new Job(checkpoint, dataSet.name(), open, attempt));
                }
            }
        }
        return Optional.empty();
    }

    /** Notes the state that a task of a leased job has reached. */
    void note(Job job, String task, ScoreState state) {
        CheckpointAnnouncement checkpoint = job.checkpoint();
        entries.put(
                new ScoreKey(checkpoint.getRunId(), checkpoint.getStep(), job.dataSet(), task),
                new Entry(checkpoint.getDigest(), state));
    }

    /** Takes a job back; what is open of it is given out again from {@code notBefore} on. */
    void release(Job job, Instant notBefore) {
        trials.put(
                slot(job.checkpoint(), job.dataSet()),
                new Trial(job.checkpoint().getDigest(), false, job.attempt(), notBefore));
        if (openOf(job).isEmpty()) {
            trials.remove(slot(job.checkpoint(), job.dataSet()));
        }
    }

    /** Those tasks of the job that are not settled for the job's digest. */
    List<String> openOf(Job job) {
        return dataSets.stream()
                .filter(dataSet -> dataSet.name().equals(job.dataSet()))
                .flatMap(dataSet -> open(job.checkpoint(), dataSet).stream())
                .filter(job.tasks()::contains)
                .toList();
    }

    /** Number of open evaluations, leased ones included. */
    int openCount() {
        int count = 0;
        for (CheckpointAnnouncement checkpoint : chosen()) {
            for (EvaluationRules.DataSet dataSet : dataSets) {
                count += open(checkpoint, dataSet).size();
            }
        }
        return count;
    }

    /** Number of checkpoints known. */
    int checkpointCount() {
        return runs.values().stream().mapToInt(Map::size).sum();
    }

    private List<String> open(CheckpointAnnouncement checkpoint, EvaluationRules.DataSet dataSet) {
        return dataSet.tasks().stream()
                .filter(task -> {
                    Entry entry = entries.get(
                            new ScoreKey(checkpoint.getRunId(), checkpoint.getStep(), dataSet.name(), task));
                    return entry == null
                            || !entry.digest.equals(checkpoint.getDigest())
                            || (entry.state != ScoreState.SCORED && entry.state != ScoreState.FAILED);
                })
                .toList();
    }

    private static Slot slot(CheckpointAnnouncement checkpoint, String dataSet) {
        return new Slot(checkpoint.getRunId(), checkpoint.getStep(), dataSet);
    }

    private Trial trial(Slot slot, String digest) {
        Trial trial = trials.get(slot);
        return trial == null || (!trial.leased && !trial.digest.equals(digest))
                ? new Trial(digest, false, 0, Instant.EPOCH)
                : trial;
    }

    private List<CheckpointAnnouncement> chosen() {
        List<CheckpointAnnouncement> chosen = new ArrayList<>();
        for (NavigableMap<Long, CheckpointAnnouncement> run : runs.values()) {
            int index = 0;
            for (CheckpointAnnouncement checkpoint : run.values()) {
                if (index++ % every == 0) {
                    chosen.add(checkpoint);
                }
            }
        }
        Comparator<CheckpointAnnouncement> oldestFirst = Comparator.comparingLong(CheckpointAnnouncement::getAtMs)
                .thenComparing(CheckpointAnnouncement::getRunId)
                .thenComparingLong(CheckpointAnnouncement::getStep);
        chosen.sort(newestFirst ? oldestFirst.reversed() : oldestFirst);
        return chosen;
    }
}
