package org.vito.evaluator.board;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.StageReport;

/** Everything the page shows, bounded whatever Kafka holds: the state of {@link ScoreBoard}, without actors. */
final class BoardState {
    static final int RUNS = 8;
    static final int SCORES = 50_000;
    static final int DEAD_LETTERS = 1_000;
    static final int STAGES = 500;
    private static final int MOST_CATEGORIES = 12;
    private static final int MOST_SOURCES = 101;
    private static final long FORGOTTEN_AFTER_MS = 60_000; // a stage that no longer reports
    private static final int LONGEST_TEXT = 2_000;

    private record StageKey(String stage, String instance) {}

    private final String instance;
    private final Map<String, RunBoard> runs = new HashMap<>();
    private final LinkedHashMap<String, BoardView.Score> scores = new LinkedHashMap<>();
    private final Set<String> changedScores = new LinkedHashSet<>();
    private final Map<StageKey, StageReport> stages =
            new TreeMap<>(Comparator.comparing(StageKey::stage).thenComparing(StageKey::instance));
    private final Deque<BoardView.DeadLetterLine> deadLetters = new ArrayDeque<>();
    private final List<BoardView.DeadLetterLine> newDeadLetters = new ArrayList<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final KeyCounts stored = new KeyCounts(1);
    private final KeyCounts curated = new KeyCounts(2);
    private final Decisions decisions = new Decisions();
    private Map<String, Long> lags = Map.of();
    private BoardView.Kafka kafka = new BoardView.Kafka(true, "");
    private long clipsInTopic = -1;
    private long deadTotal;
    private boolean countsChanged;
    private boolean stagesChanged;
    private boolean kafkaChanged;
    private boolean readingHistory = true;
    private boolean historyChanged;

    BoardState(String instance) {
        this.instance = instance;
    }

    void add(BoardEvent event) {
        if (event instanceof BoardEvent.Trained trained) {
            run(trained.step().getRunId()).add(trained.step());
        } else if (event instanceof BoardEvent.Announced announced) {
            run(announced.checkpoint().getRunId()).add(announced.checkpoint());
        } else if (event instanceof BoardEvent.Scored scored) {
            add(scored.score());
        } else if (event instanceof BoardEvent.Reported reported) {
            add(reported.report());
        } else if (event instanceof BoardEvent.Refused refused) {
            add(refused);
        } else if (event instanceof BoardEvent.Stored video) {
            stored.put(video.videoId(), 0);
            countsChanged = true;
        } else if (event instanceof BoardEvent.Judged video) {
            curated.put(video.decision().video(), video.decision().accepted() ? 1 : 0);
            decisions.add(video);
            countsChanged = true;
        }
    }

    private RunBoard run(String id) {
        RunBoard known = runs.get(id);
        if (known != null) {
            return known;
        }
        RunBoard added = new RunBoard(id);
        runs.put(id, added);
        if (runs.size() > RUNS) {
            runs.entrySet().stream()
                    .filter(e -> e.getValue() != added)
                    .min(Comparator.comparingLong(e -> e.getValue().lastHeard()))
                    .map(Map.Entry::getKey)
                    .ifPresent(runs::remove);
        }
        return added;
    }

    private void add(EvaluationScore score) {
        String key = org.vito.protocol.Topics.SCORES.key(score);
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Metric metric : score.getMetricsList()) {
            if (Double.isFinite(metric.getValue())) {
                metrics.put(metric.getName(), metric.getValue());
            }
        }
        scores.remove(key); // to the end: the one changed longest ago is the first to go
        scores.put(
                key,
                new BoardView.Score(
                        score.getRunId(),
                        score.getStep(),
                        score.getTask(),
                        score.getDataSet(),
                        score.getState().name(),
                        metrics,
                        RunBoard.finite(score.getSeconds()),
                        shortened(score.getReason()),
                        score.getEvaluator(),
                        score.getAtMs()));
        changedScores.add(key);
        if (scores.size() > SCORES) {
            Iterator<String> eldest = scores.keySet().iterator();
            changedScores.remove(eldest.next());
            eldest.remove();
        }
    }

    private void add(StageReport report) {
        stages.put(new StageKey(report.getStage(), report.getInstance()), report);
        if (stages.size() > STAGES) {
            stages.entrySet().stream()
                    .min(Comparator.comparingLong(e -> e.getValue().getAtMs()))
                    .map(Map.Entry::getKey)
                    .ifPresent(stages::remove);
        }
        stagesChanged = true;
    }

    private void add(BoardEvent.Refused refused) {
        BoardView.DeadLetterLine line = new BoardView.DeadLetterLine(
                ++deadTotal,
                refused.stage(),
                refused.reason(),
                shortened(refused.message()),
                shortened(refused.subject()),
                refused.attempts(),
                refused.atMs());
        deadLetters.addFirst(line);
        newDeadLetters.add(0, line);
        reasons.merge(line.reason(), 1, Integer::sum);
        if (deadLetters.size() > DEAD_LETTERS) {
            reasons.computeIfPresent(deadLetters.removeLast().reason(), (reason, n) -> n > 1 ? n - 1 : null);
        }
        if (newDeadLetters.size() > DEAD_LETTERS) {
            newDeadLetters.remove(newDeadLetters.size() - 1);
        }
    }

    /** How many records each consumer group has yet to read, and how many there are in the clips topic. */
    void lags(Map<String, Long> lagOfGroup, long clips) {
        stagesChanged |= !lagOfGroup.equals(lags);
        countsChanged |= clips != clipsInTopic;
        lags = Map.copyOf(lagOfGroup);
        clipsInTopic = clips;
        kafka(new BoardView.Kafka(true, ""));
    }

    void kafka(BoardView.Kafka heard) {
        kafkaChanged |= !heard.equals(kafka);
        kafka = heard;
    }

    BoardView.Kafka kafka() {
        return kafka;
    }

    void readingHistory(boolean reading) {
        historyChanged |= reading != readingHistory;
        readingHistory = reading;
    }

    /** The JPEG of a video that was judged lately, or null if there is none. */
    @Nullable
    ByteString picture(String videoId) {
        return decisions.picture(videoId);
    }

    /** Drops stages that have not reported for a while. */
    void forgetSilentStages(long now) {
        stagesChanged |= stages.values().removeIf(s -> s.getAtMs() < now - FORGOTTEN_AFTER_MS);
    }

    BoardView.Snapshot snapshot(long now) {
        return new BoardView.Snapshot(
                instance,
                now,
                readingHistory,
                kafka,
                counts(),
                runs.values().stream()
                        .sorted(Comparator.comparingLong(RunBoard::lastHeard).reversed())
                        .map(RunBoard::view)
                        .toList(),
                List.copyOf(scores.values()),
                stageViews(),
                decisions.all(),
                new BoardView.Dead(deadTotal, Map.copyOf(reasons), List.copyOf(deadLetters)));
    }

    /** What has changed since the last call, or null if nothing. */
    BoardView.@Nullable Change takeChange(long now) {
        List<BoardView.RunChange> changedRuns = runs.values().stream()
                .filter(RunBoard::isChanged)
                .map(RunBoard::takeChange)
                .toList();
        if (changedRuns.isEmpty()
                && changedScores.isEmpty()
                && newDeadLetters.isEmpty()
                && !decisions.isChanged()
                && !countsChanged
                && !stagesChanged
                && !kafkaChanged
                && !historyChanged) {
            return null;
        }
        BoardView.Change change = new BoardView.Change(
                now,
                readingHistory,
                kafkaChanged ? kafka : null,
                countsChanged ? counts() : null,
                changedRuns.isEmpty() ? null : changedRuns,
                changedScores.isEmpty() ? null : changedScores(),
                stagesChanged ? stageViews() : null,
                decisions.isChanged() ? decisions.takeChanged() : null,
                newDeadLetters.isEmpty()
                        ? null
                        : new BoardView.Dead(deadTotal, Map.copyOf(reasons), List.copyOf(newDeadLetters)));
        changedScores.clear();
        newDeadLetters.clear();
        countsChanged = false;
        stagesChanged = false;
        kafkaChanged = false;
        historyChanged = false;
        return change;
    }

    private List<BoardView.Score> changedScores() {
        List<BoardView.Score> changed = new ArrayList<>();
        for (String key : changedScores) {
            BoardView.Score score = scores.get(key);
            if (score != null) {
                changed.add(score);
            }
        }
        return changed;
    }

    private BoardView.Counts counts() {
        return new BoardView.Counts(stored.count(0), curated.count(1), curated.count(0), clipsInTopic);
    }

    private List<BoardView.Stage> stageViews() {
        return stages.values().stream().map(this::view).toList();
    }

    private BoardView.Stage view(StageReport r) {
        return new BoardView.Stage(
                r.getStage(),
                r.getInstance(),
                r.getPassed(),
                r.getFailed(),
                RunBoard.finite(r.getPerSecond()),
                r.getUnit(),
                r.getQueued(),
                r.getCapacity(),
                lags.getOrDefault(r.getConsumerGroup(), r.getLag()),
                r.getResidentBytes(),
                r.getMissing() == 0 ? null : missing(r),
                shortened(r.getNote()),
                r.getSourcesCount() == 0 ? null : sources(r),
                r.getAtMs());
    }

    private static List<BoardView.Source> sources(StageReport r) {
        return r.getSourcesList().stream()
                .limit(MOST_SOURCES)
                .map(s -> new BoardView.Source(
                        Decisions.shortened(s.getName()),
                        Decisions.shortened(s.getState()),
                        s.getSubmitted(),
                        s.getStored(),
                        s.getRefused(),
                        s.getReceivedBytes(),
                        RunBoard.finite(s.getBytesPerSecond()),
                        shortened(s.getDetail())))
                .toList();
    }

    private static BoardView.Missing missing(StageReport r) {
        return new BoardView.Missing(
                r.getMissing(),
                r.getScarceList().stream()
                        .limit(MOST_CATEGORIES)
                        .map(c -> new BoardView.Category(
                                Decisions.shortened(c.getCategory()), c.getAccepted(), c.getTarget()))
                        .toList());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
