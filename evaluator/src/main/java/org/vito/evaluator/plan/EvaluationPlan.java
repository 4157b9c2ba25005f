package org.vito.evaluator.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vito.evaluator.plan.EvaluationRules.Order;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/**
 * Which evaluations there are and how far each is: everything the coordinator knows, without actors or Kafka.
 *
 * <p>An evaluation is wanted if the rules choose its checkpoint and task, or if somebody asked for it. It is settled when
 * its last score is SCORED for the digest that its checkpoint has now, or FAILED and nobody asked later for another try.
 * What is wanted and not settled is open. What belongs to one checkpoint and one data set is given out together. All of it
 * follows from what was read, in whatever order, so that another life with the same records has the same plan.
 */
final class EvaluationPlan {
    private static final Entry NOTHING = new Entry("", ScoreState.SCORE_STATE_UNSPECIFIED, 0);

    private final List<EvaluationRules.DataSet> dataSets;
    private final Order order;
    private final int every;
    private final Set<String> retriedReasons;
    private final Map<String, NavigableMap<Long, CheckpointAnnouncement>> runs = new HashMap<>();
    private final Map<String, List<EvaluationRequest>> requests = new HashMap<>(); // by run
    private final Map<ScoreKey, Entry> entries = new HashMap<>();
    private final Map<Slot, Trial> trials = new HashMap<>();

    /** A checkpoint, and whether the rules choose it. */
    private record Candidate(CheckpointAnnouncement checkpoint, boolean chosen) {}

    private record Entry(String digest, ScoreState state, long atMs) {}

    /** What is given out together. */
    private record Slot(String runId, long step, String dataSet) {}

    private record Trial(String digest, boolean leased, int attempts, Instant notBefore) {}

    /**
     * @param order which of several open checkpoints is next
     * @param every 1 = each checkpoint of a run, n = its first and each n-th after it; not with LAST_AND_BEST
     * @param retriedReasons codes of failures in the history that are tried again
     */
    EvaluationPlan(List<EvaluationRules.DataSet> dataSets, Order order, int every, Set<String> retriedReasons) {
        this.dataSets = List.copyOf(dataSets);
        this.order = order;
        this.every = every;
        this.retriedReasons = Set.copyOf(retriedReasons);
    }

    /** Takes in a score that an earlier life wrote; the last one told of a key holds. */
    void restore(EvaluationScore score) {
        boolean again =
                score.getState() == ScoreState.FAILED && retriedReasons.contains(Failures.codeOf(score.getReason()));
        entries.put(
                ScoreKey.of(score),
                again ? NOTHING : new Entry(score.getCheckpointDigest(), score.getState(), score.getAtMs()));
    }

    /** Takes in a checkpoint; the last one told of a run and step holds. */
    void announce(CheckpointAnnouncement checkpoint) {
        runs.computeIfAbsent(checkpoint.getRunId(), r -> new TreeMap<>()).put(checkpoint.getStep(), checkpoint);
    }

    /** Takes in a wish for evaluations beyond what the rules choose. */
    void ask(EvaluationRequest request) {
        requests.computeIfAbsent(request.getRunId(), r -> new ArrayList<>()).add(request);
    }

    /** A checkpoint's record was deleted: nothing of it that is not begun will be. */
    void forget(String runId, long step) {
        NavigableMap<Long, CheckpointAnnouncement> run = runs.get(runId);
        if (run != null) {
            run.remove(step);
        }
    }

    /**
     * The open evaluations that no score tells of yet, as QUEUED scores; they count as told. Those of {@link
     * Order#LAST_AND_BEST} that may yet be passed over are not among them.
     */
    List<EvaluationScore> enqueue() {
        List<EvaluationScore> queued = new ArrayList<>();
        for (Candidate candidate : candidates()) {
            CheckpointAnnouncement checkpoint = candidate.checkpoint;
            wanted(candidate).forEach((dataSet, tasks) -> {
                for (String task : tasks) {
                    ScoreKey key = key(checkpoint, dataSet, task);
                    Entry entry = entry(key, checkpoint);
                    boolean untold = entry.state == ScoreState.SCORE_STATE_UNSPECIFIED
                            || (entry.state == ScoreState.FAILED && askedAgain(key, entry));
                    if (untold && (order != Order.LAST_AND_BEST || isAsked(checkpoint, dataSet, task))) {
                        entries.put(key, new Entry(checkpoint.getDigest(), ScoreState.QUEUED, 0));
                        queued.add(Scores.of(checkpoint, dataSet, task, ScoreState.QUEUED));
                    }
                }
            });
        }
        return queued;
    }

    /** The job to give out next, which is then leased, or nothing if none is open and due. */
    Optional<Job> lease(Instant now) {
        for (Candidate candidate : candidates()) {
            CheckpointAnnouncement checkpoint = candidate.checkpoint;
            for (Map.Entry<String, List<String>> open : open(candidate).entrySet()) {
                Slot slot = new Slot(checkpoint.getRunId(), checkpoint.getStep(), open.getKey());
                Trial trial = trial(slot, checkpoint.getDigest());
                if (!trial.leased && !now.isBefore(trial.notBefore)) {
                    int attempt = trial.attempts + 1;
                    trials.put(slot, new Trial(checkpoint.getDigest(), true, attempt, Instant.EPOCH));
                    return Optional.of(new Job(checkpoint, open.getKey(), open.getValue(), attempt));
                }
            }
        }
        return Optional.empty();
    }

    /** Notes the state that a task of a leased job has reached, and when. */
    void note(Job job, String task, ScoreState state, Instant at) {
        entries.put(
                key(job.checkpoint(), job.dataSet(), task),
                new Entry(job.checkpoint().getDigest(), state, at.toEpochMilli()));
    }

    /** Takes a job back; what is open of it is given out again from {@code notBefore} on. */
    void release(Job job, Instant notBefore) {
        Slot slot = new Slot(job.checkpoint().getRunId(), job.checkpoint().getStep(), job.dataSet());
        trials.put(slot, new Trial(job.checkpoint().getDigest(), false, job.attempt(), notBefore));
        if (openOf(job).isEmpty()) {
            trials.remove(slot);
        }
    }

    /** Those tasks of the job that are not settled for the job's digest. */
    List<String> openOf(Job job) {
        return job.tasks().stream()
                .filter(task -> !isSettled(key(job.checkpoint(), job.dataSet(), task), job.checkpoint()))
                .toList();
    }

    /** Number of open evaluations, leased ones included. */
    int openCount() {
        return candidates().stream()
                .flatMap(candidate -> open(candidate).values().stream())
                .mapToInt(List::size)
                .sum();
    }

    /** Number of checkpoints known. */
    int checkpointCount() {
        return runs.values().stream().mapToInt(Map::size).sum();
    }

    /** Tasks by data set, in order: those that the rules choose for the checkpoint, and those that were asked for. */
    private Map<String, Set<String>> wanted(Candidate candidate) {
        CheckpointAnnouncement checkpoint = candidate.checkpoint;
        Map<String, Set<String>> wanted = new LinkedHashMap<>();
        for (EvaluationRules.DataSet set : dataSets) {
            Set<String> tasks = new LinkedHashSet<>();
            for (String task : set.tasks()) {
                if (candidate.chosen || isBegun(key(checkpoint, set.name(), task), checkpoint)) {
                    tasks.add(task);
                }
            }
            wanted.put(set.name(), tasks);
        }
        for (EvaluationRequest request : requestsOf(checkpoint)) {
            asked(checkpoint, request).forEach((set, tasks) -> wanted.computeIfAbsent(set, s -> new LinkedHashSet<>())
                    .addAll(tasks));
        }
        return wanted;
    }

    /** What one request wants of a checkpoint that it covers. */
    private Map<String, Set<String>> asked(CheckpointAnnouncement checkpoint, EvaluationRequest request) {
        Map<String, Set<String>> asked = new LinkedHashMap<>();
        if (request.getFailed()) {
            for (EvaluationRules.DataSet set : dataSets) {
                Set<String> tasks = new LinkedHashSet<>(set.possible());
                tasks.removeIf(task -> !isAbout(request, set.name(), task)
                        || !hasFailed(key(checkpoint, set.name(), task), checkpoint));
                asked.put(set.name(), tasks);
            }
        } else if (!request.getTask().isEmpty() && !request.getDataSet().isEmpty()) { // even if nothing can do it
            asked.put(request.getDataSet(), Set.of(request.getTask()));
        } else {
            for (EvaluationRules.DataSet set : dataSets) {
                Set<String> tasks = new LinkedHashSet<>(request.getTask().isEmpty() ? set.tasks() : set.possible());
                tasks.removeIf(task -> !isAbout(request, set.name(), task));
                asked.put(set.name(), tasks);
            }
        }
        return asked;
    }

    private List<EvaluationRequest> requestsOf(CheckpointAnnouncement checkpoint) {
        return requests.getOrDefault(checkpoint.getRunId(), List.of()).stream()
                .filter(request -> request.hasStep()
                        ? request.getStep() == checkpoint.getStep()
                        : checkpoint.getAtMs() <= request.getRequestedAtMs())
                .toList();
    }

    private static boolean isAbout(EvaluationRequest request, String dataSet, String task) {
        return (request.getDataSet().isEmpty() || request.getDataSet().equals(dataSet))
                && (request.getTask().isEmpty() || request.getTask().equals(task));
    }

    private boolean isAsked(CheckpointAnnouncement checkpoint, String dataSet, String task) {
        return requestsOf(checkpoint).stream().anyMatch(request -> asked(checkpoint, request)
                .getOrDefault(dataSet, Set.of())
                .contains(task));
    }

    /** Whether somebody asked for what failed to be tried again, after it had failed. */
    private boolean askedAgain(ScoreKey key, Entry failed) {
        return requests.getOrDefault(key.runId(), List.of()).stream()
                .anyMatch(request -> request.getFailed()
                        && failed.atMs < request.getRequestedAtMs()
                        && (!request.hasStep() || request.getStep() == key.step())
                        && isAbout(request, key.dataSet(), key.task()));
    }

    private boolean isSettled(ScoreKey key, CheckpointAnnouncement checkpoint) {
        Entry entry = entry(key, checkpoint);
        return entry.state == ScoreState.SCORED || (entry.state == ScoreState.FAILED && !askedAgain(key, entry));
    }

    /** Whether it failed, be it that it is tried again meanwhile. */
    private boolean hasFailed(ScoreKey key, CheckpointAnnouncement checkpoint) {
        return entry(key, checkpoint).state == ScoreState.FAILED || isBegun(key, checkpoint);
    }

    private boolean isBegun(ScoreKey key, CheckpointAnnouncement checkpoint) {
        Entry entry = entry(key, checkpoint);
        return entry.state == ScoreState.QUEUED || entry.state == ScoreState.RUNNING;
    }

    /** What is known of the key for the digest that the checkpoint has. */
    private Entry entry(ScoreKey key, CheckpointAnnouncement checkpoint) {
        Entry entry = entries.getOrDefault(key, NOTHING);
        return entry.digest.equals(checkpoint.getDigest()) ? entry : NOTHING;
    }

    private Map<String, List<String>> open(Candidate candidate) {
        CheckpointAnnouncement checkpoint = candidate.checkpoint;
        Map<String, List<String>> open = new LinkedHashMap<>();
        wanted(candidate).forEach((dataSet, tasks) -> {
            List<String> left = tasks.stream()
                    .filter(task -> !isSettled(key(checkpoint, dataSet, task), checkpoint))
                    .toList();
            if (!left.isEmpty()) {
                open.put(dataSet, left);
            }
        });
        return open;
    }

    private static ScoreKey key(CheckpointAnnouncement checkpoint, String dataSet, String task) {
        return new ScoreKey(checkpoint.getRunId(), checkpoint.getStep(), dataSet, task);
    }

    private Trial trial(Slot slot, String digest) {
        Trial trial = trials.get(slot);
        return trial == null || (!trial.leased && !trial.digest.equals(digest))
                ? new Trial(digest, false, 0, Instant.EPOCH)
                : trial;
    }

    /** Every checkpoint, the next first. */
    private List<Candidate> candidates() {
        List<Candidate> all = new ArrayList<>();
        for (NavigableMap<Long, CheckpointAnnouncement> run : runs.values()) {
            Set<Long> chosen = chosen(List.copyOf(run.values()));
            run.forEach((step, checkpoint) -> all.add(new Candidate(checkpoint, chosen.contains(step))));
        }
        Comparator<Candidate> oldestFirst = Comparator.<Candidate>comparingLong(c -> c.checkpoint.getAtMs())
                .thenComparing(c -> c.checkpoint.getRunId())
                .thenComparingLong(c -> c.checkpoint.getStep());
        all.sort(order == Order.OLDEST_FIRST ? oldestFirst : oldestFirst.reversed());
        return all;
    }

    /** Steps of those checkpoints of a run that the rules choose. */
    private Set<Long> chosen(List<CheckpointAnnouncement> run) {
        Set<Long> steps = new HashSet<>();
        for (int index = 0; index < run.size(); index += every) {
            steps.add(run.get(index).getStep());
        }
        return order == Order.LAST_AND_BEST ? lastAndBest(run) : steps;
    }

    private static Set<Long> lastAndBest(List<CheckpointAnnouncement> run) {
        Set<Long> steps = new HashSet<>();
        run.stream().mapToLong(CheckpointAnnouncement::getStep).max().ifPresent(steps::add);
        run.stream()
                .filter(c -> Double.isFinite(c.getLoss()))
                .min(Comparator.comparingDouble(CheckpointAnnouncement::getLoss))
                .ifPresent(best -> steps.add(best.getStep()));
        return steps;
    }
}
