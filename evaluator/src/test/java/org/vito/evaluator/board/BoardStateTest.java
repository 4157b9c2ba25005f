package org.vito.evaluator.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.TrainingStep;

class BoardStateTest {
    @Test
    void thinningKeepsEveryExtremeAndTheMean() {
        CurveThinner curve = new CurveThinner(100);
        double sum = 0;
        int steps = 100_003;
        for (int step = 1; step <= steps; step++) {
            double value = step == 71_234 ? 99 : step == 3 ? -7 : Math.sin(step / 1000.0);
            sum += value;
            curve.add(step, value, 0.1);
        }
        List<BoardView.Point> points = curve.points();
        assertThat(points).hasSizeBetween(50, 100);
        assertThat(points.stream().mapToDouble(BoardView.Point::greatest).max()).hasValue(99);
        assertThat(points.stream().mapToDouble(BoardView.Point::least).min()).hasValue(-7);
        BoardView.Point peak =
                points.stream().filter(p -> p.greatest() == 99).findFirst().orElseThrow();
        assertThat(71_234L).isBetween(peak.first(), peak.last());
        assertThat(points.get(0).first()).isEqualTo(1);
        assertThat(points.get(points.size() - 1).last()).isEqualTo(steps);
        double mean = points.stream()
                        .mapToDouble(p -> p.mean() * (p.last() - p.first() + 1))
                        .sum()
                / steps;
        assertThat(mean).isCloseTo(sum / steps, within(1e-9));
    }

    @Test
    void changesPutTogetherAreTheCurve() {
        CurveThinner curve = new CurveThinner(10);
        List<BoardView.Point> page = new ArrayList<>();
        int[] steps = IntStream.concat(IntStream.rangeClosed(1, 200), IntStream.rangeClosed(150, 333))
                .toArray(); // back to a checkpoint once
        for (int i = 0; i < steps.length; i++) {
            curve.add(steps[i], steps[i] % 17 + i, 0);
            if (i % 3 == 0) {
                BoardView.CurveChange change = curve.takeChange();
                Long from = change.from();
                page.removeIf(p -> from == null || p.start() >= from);
                page.addAll(change.points());
                assertThat(page).isEqualTo(curve.points());
            }
        }
        assertThat(page).isNotEmpty();
    }

    @Test
    void aStepToldAgainReplacesTheOldTelling() {
        CurveThinner curve = new CurveThinner(1000);
        for (int step = 1; step <= 10; step++) {
            curve.add(step, 100 + step, 0);
        }
        curve.add(6, 1, 0);
        curve.add(7, 2, 0);
        assertThat(curve.points().stream().map(BoardView.Point::mean))
                .containsExactly(101d, 102d, 103d, 104d, 105d, 1d, 2d);
    }

    @Test
    void valuesThatAreNotFiniteAreCountedAndNotDrawn() {
        BoardState state = new BoardState("test");
        state.add(step("r", 1, 2.5));
        state.add(step("r", 2, Double.NaN));
        BoardView.Run run = state.snapshot(0).runs().get(0);
        assertThat(run.curve()).hasSize(1);
        assertThat(run.state().notFinite()).isEqualTo(1);
        assertThat(run.state().loss()).isNull();
        assertThat(run.state().step()).isEqualTo(2);
    }

    @Test
    void everythingIsBounded() {
        BoardState state = new BoardState("test");
        for (int i = 0; i < 30; i++) {
            state.add(step("run-" + i, 1, 1));
        }
        for (int i = 0; i < BoardState.SCORES + 10; i++) {
            state.add(score("r", i, "knn", ScoreState.QUEUED, 0));
        }
        for (int i = 0; i < 2_500; i++) {
            state.add(new BoardEvent.Refused(
                    "decode", i % 2 == 0 ? "EMPTY" : "STORAGE", "m".repeat(5_000), "s" + i, 1, i));
        }
        for (int i = 0; i < 700; i++) {
            state.add(new BoardEvent.Reported(StageReport.newBuilder()
                    .setStage("decode")
                    .setInstance("i" + i)
                    .setAtMs(i)
                    .build()));
        }
        BoardView.Snapshot all = state.snapshot(0);
        assertThat(all.runs()).hasSize(BoardState.RUNS);
        assertThat(all.scores()).hasSize(BoardState.SCORES);
        assertThat(all.scores().get(0).step()).isEqualTo(10); // the oldest went
        assertThat(all.deadLetters().newest()).hasSize(BoardState.DEAD_LETTERS);
        assertThat(all.deadLetters().newest().get(0).subject()).isEqualTo("s2499");
        assertThat(all.deadLetters().newest().get(0).message()).hasSizeLessThan(2_100);
        assertThat(all.deadLetters().total()).isEqualTo(2_500);
        assertThat(all.deadLetters().byReason()).containsEntry("EMPTY", 500).containsEntry("STORAGE", 500);
        assertThat(all.stages()).hasSize(BoardState.STAGES);
        state.forgetSilentStages(60_650);
        assertThat(state.snapshot(0).stages()).hasSize(50);
    }

    @Test
    void aChangeHoldsWhatIsNewAndNothingElse() {
        BoardState state = new BoardState("test");
        assertThat(state.takeChange(1)).isNull();
        state.add(score("r", 0, "knn", ScoreState.RUNNING, 0));
        state.add(score("r", 0, "knn", ScoreState.SCORED, 0.5));
        BoardView.Change change = Objects.requireNonNull(state.takeChange(2));
        assertThat(change.scores()).singleElement().satisfies(s -> {
            assertThat(s.state()).isEqualTo("SCORED");
            assertThat(s.metrics()).containsEntry("top1", 0.5);
        });
        assertThat(change.runs()).isNull();
        assertThat(change.stages()).isNull();
        assertThat(state.takeChange(3)).isNull();
        state.lags(java.util.Map.of("vito-decode", 5L), 12);
        change = Objects.requireNonNull(state.takeChange(4));
        assertThat(change.counts())
                .isNotNull()
                .extracting(BoardView.Counts::clipsInTopic)
                .isEqualTo(12L);
    }

    @Test
    void theNewestDecisionsAreKeptWhateverTheOrderTheyComeIn() {
        BoardState state = new BoardState("test");
        for (int i = 0; i < 200; i++) {
            int at = i * 37 % 200;
            state.add(judged("v" + at, at % 2 == 0, at));
        }
        List<BoardView.Decision> shown = state.snapshot(0).decisions();
        assertThat(shown.stream().map(BoardView.Decision::atMs))
                .containsExactlyElementsOf(LongStream.iterate(199, at -> at - 1)
                        .limit(Decisions.KEPT)
                        .boxed()
                        .toList());
        assertThat(Objects.requireNonNull(state.takeChange(1)).decisions()).hasSize(Decisions.KEPT);
        state.add(judged("v150", false, 300)); // judged again
        assertThat(state.snapshot(0).decisions())
                .hasSize(Decisions.KEPT)
                .first()
                .satisfies(d -> assertThat(d.video()).isEqualTo("v150"));
        assertThat(state.snapshot(0).counts().accepted()).isEqualTo(99);
        assertThat(Objects.requireNonNull(state.takeChange(2)).decisions()).hasSize(1);
        assertThat(state.picture("v150")).isNotNull();
        assertThat(state.picture("v1")).as("not kept").isNull();
    }

    @Test
    void whatIsNoSmallJpegIsNoPicture() {
        assertThat(Decisions.isPicture(bytes(0xff, 0xd8, 0xff, 0xe0))).isTrue();
        assertThat(Decisions.isPicture(ByteString.EMPTY)).isFalse();
        assertThat(Decisions.isPicture(ByteString.copyFromUtf8("<svg>"))).isFalse();
        assertThat(Decisions.isPicture(
                        bytes(0xff, 0xd8, 0xff).concat(ByteString.copyFrom(new byte[Decisions.MOST_BYTES]))))
                .isFalse();
    }

    private static ByteString bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    private static BoardEvent judged(String video, boolean accepted, long at) {
        return new BoardEvent.Judged(
                new BoardView.Decision(video, accepted, "", "t", "r", "c", true, at), bytes(0xff, 0xd8, 0xff, 0xe0));
    }

    @Test
    void keysCountOnceForTheirLastState() {
        KeyCounts counts = new KeyCounts(2, 5_000);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5_000; i++) {
                counts.put("video-" + i, (i + round) % 2);
            }
        }
        assertThat(counts.count(0)).isEqualTo(2_500);
        assertThat(counts.count(1)).isEqualTo(2_500);
        counts.put("one more", 1); // beyond what is remembered: counted as it comes
        counts.put("one more", 1);
        assertThat(counts.count(1)).isEqualTo(2_502);
    }

    private static BoardEvent step(String run, long step, double loss) {
        return new BoardEvent.Trained(TrainingStep.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setLoss(loss)
                .setAtMs(step)
                .build());
    }

    private static BoardEvent score(String run, long step, String task, ScoreState state, double top1) {
        return new BoardEvent.Scored(EvaluationScore.newBuilder()
                .setRunId(run)
                .setStep(step)
                .setTask(task)
                .setDataSet("d")
                .setState(state)
                .addMetrics(Metric.newBuilder().setName("top1").setValue(top1))
                .build());
    }
}
