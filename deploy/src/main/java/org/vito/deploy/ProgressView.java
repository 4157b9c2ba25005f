package org.vito.deploy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

/** Keeps people informed: on a terminal one line that is kept up to date, in a log a line now and then; scores in both. */
final class ProgressView implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProgressView.class);
    private static final Duration LIVE_INTERVAL = Duration.ofMillis(500);

    private final Terminal terminal;
    private final SystemState state = new SystemState();
    private final TopicReader reader;
    private final ScheduledExecutorService timer;
    private final Set<String> told = new HashSet<>();
    private final long startedMs = System.currentTimeMillis();
    private String last = "";

    private ProgressView(KafkaAccess kafka, Terminal terminal) {
        this.terminal = terminal;
        reader = TopicReader.follow(kafka, state);
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "vito-progress-view");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to show; close it to end. */
    static ProgressView show(KafkaAccess kafka, Terminal terminal, Duration interval) {
        ProgressView view = new ProgressView(kafka, terminal);
        long every = (terminal.isLive() ? LIVE_INTERVAL : interval).toMillis();
        Future<?> unused = view.timer.scheduleWithFixedDelay(view::showSafely, every, every, TimeUnit.MILLISECONDS);
        return view;
    }

    private void showSafely() {
        try {
            show();
        } catch (RuntimeException e) {
            log.warn("progress could not be shown", e);
        }
    }

    private void show() {
        state.scores().forEach((key, score) -> {
            boolean done = score.getState() == ScoreState.SCORED || score.getState() == ScoreState.FAILED;
            if (done && score.getAtMs() >= startedMs && told.add(key)) {
                terminal.line(event(score));
            }
        });
        String line = ProgressLine.of(state, startedMs);
        if (line.isEmpty() || line.equals(last)) {
            return;
        }
        last = line;
        if (terminal.isLive()) {
            terminal.live(line);
        } else {
            terminal.line(line);
        }
    }

    private static String event(EvaluationScore score) {
        StringBuilder text =
                new StringBuilder("step %d: %s on %s".formatted(score.getStep(), score.getTask(), score.getDataSet()));
        if (score.getState() == ScoreState.FAILED) {
            return text.append(" failed: ").append(score.getReason()).toString();
        }
        if (score.getMetricsCount() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    ": %s %.1f %%",
                    score.getMetrics(0).getName(),
                    100 * score.getMetrics(0).getValue()));
        }
        return text.toString();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        reader.close();
        terminal.endLive();
    }
}
