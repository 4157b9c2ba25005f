package org.vito.evaluator.board;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.TrainingStep;

/** One run on the board: its newest step, its thinned curve, how far its checkpoints are. */
final class RunBoard {
    static final int POINTS = 1_000;

    private final String run;
    private final CurveThinner curve = new CurveThinner(POINTS);
    private TrainingStep newest = TrainingStep.getDefaultInstance();
    private final TreeMap<Long, Long> checkpoints = new TreeMap<>();
    private long notFinite;
    private boolean changed = true;

    RunBoard(String run) {
        this.run = run;
    }

    void add(TrainingStep step) {
        newest = step;
        curve.add(step.getStep(), step.getLoss(), step.getLearningRate());
        if (!Double.isFinite(step.getLoss())) {
            notFinite++;
        }
        changed = true;
    }

    void add(CheckpointAnnouncement checkpoint) {
        checkpoints.put(checkpoint.getStep(), checkpoint.getAtMs());
        changed = true;
    }

    /** When anything was last heard of the run, ms since the epoch. */
    long lastHeard() {
        return Math.max(
                newest.getAtMs(),
                checkpoints.isEmpty() ? 0 : checkpoints.lastEntry().getValue());
    }

    BoardView.Run view() {
        return new BoardView.Run(state(), curve.points());
    }

    boolean isChanged() {
        return changed;
    }

    BoardView.RunChange takeChange() {
        changed = false;
        return new BoardView.RunChange(state(), curve.isChanged() ? curve.takeChange() : null);
    }

    private BoardView.RunState state() {
        @Nullable Double loss = newest.getStep() > 0 && Double.isFinite(newest.getLoss()) ? newest.getLoss() : null;
        return new BoardView.RunState(
                run,
                newest.getStep(),
                newest.getTotalSteps(),
                loss,
                finite(newest.getLearningRate()),
                finite(newest.getEmaDecay()),
                finite(newest.getStepMs()),
                finite(newest.getClipsPerSecond()),
                finite(newest.getViewsPerSecond()),
                finite(newest.getStalledShare()),
                newest.getEpoch(),
                newest.getGeneration(),
                newest.getClipsConsumed(),
                newest.getAtMs(),
                notFinite,
                checkpoints.isEmpty() ? null : checkpoints.lastKey(),
                checkpoints.isEmpty() ? 0 : checkpoints.lastEntry().getValue(),
                checkpoints.size());
    }

    static double finite(double value) {
        return Double.isFinite(value) ? value : 0;
    }
}
