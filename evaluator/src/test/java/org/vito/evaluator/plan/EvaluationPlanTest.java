package org.vito.evaluator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vito.evaluator.plan.EvaluationCoordinatorTest.checkpoint;
import static org.vito.evaluator.plan.EvaluationCoordinatorTest.score;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vito.evaluator.plan.EvaluationRules.Order;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.ScoreState;

class EvaluationPlanTest {
    private static final Instant NOW = Instant.ofEpochSecond(5);
    private static final List<String> POSSIBLE = List.of("knn", "linear");
    private static final EvaluationRules.DataSet A = new EvaluationRules.DataSet("a", List.of("knn"), POSSIBLE);
    private static final EvaluationRules.DataSet TWO = new EvaluationRules.DataSet("a", POSSIBLE, POSSIBLE);

    @Test
    void everyNthCheckpointBeginsWithTheFirst() {
        EvaluationPlan plan = new EvaluationPlan(List.of(A), Order.OLDEST_FIRST, 3, Set.of());
        for (int i = 0; i < 8; i++) {
            plan.announce(checkpoint(i * 100L, "d" + i, i));
        }
        assertThat(plan.enqueue()).extracting(s -> s.getStep()).containsExactly(0L, 300L, 600L);
        assertThat(plan.enqueue()).isEmpty();
        assertThat(plan.lease(NOW).orElseThrow().checkpoint().getStep()).isZero();
        assertThat(plan.lease(NOW).orElseThrow().checkpoint().getStep()).isEqualTo(300);
        assertThat(plan.openCount()).isEqualTo(3);
    }

    @Test
    void failuresOfSomeReasonsAreTriedAgainAfterARestart() {
        EvaluationPlan plan = new EvaluationPlan(List.of(TWO), Order.NEWEST_FIRST, 1, Set.of("BAD_DATA_SET"));
        var one = checkpoint(1, "d", 1);
        plan.restore(score(one, "a", "knn", ScoreState.FAILED).toBuilder()
                .setReason("BAD_DATA_SET: not there")
                .build());
        plan.restore(score(one, "a", "linear", ScoreState.FAILED).toBuilder()
                .setReason("NOT_FINITE: broken")
                .build());
        plan.announce(one);
        assertThat(plan.lease(NOW).orElseThrow().tasks()).containsExactly("knn");
    }

    @Test
    void aDeletedCheckpointIsForgotten() {
        EvaluationPlan plan = new EvaluationPlan(List.of(A), Order.NEWEST_FIRST, 1, Set.of());
        plan.announce(checkpoint(1, "d", 1));
        plan.forget("run", 1);
        plan.forget("other", 1);
        assertThat(plan.lease(NOW)).isEmpty();
        assertThat(plan.checkpointCount()).isZero();
    }

    @Test
    void aLeasedJobIsNotGivenTwiceAndComesBackWhenDue() {
        EvaluationPlan plan = new EvaluationPlan(List.of(A), Order.NEWEST_FIRST, 1, Set.of());
        plan.announce(checkpoint(1, "d", 1));
        Job job = plan.lease(NOW).orElseThrow();
        assertThat(plan.lease(NOW)).isEmpty();
        plan.release(job, NOW.plusSeconds(10));
        assertThat(plan.lease(NOW.plusSeconds(9))).isEmpty();
        Job again = plan.lease(NOW.plusSeconds(10)).orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        plan.note(again, "knn", ScoreState.SCORED, NOW);
        plan.release(again, Instant.EPOCH);
        assertThat(plan.openCount()).isZero();
        assertThat(plan.lease(NOW.plusSeconds(99))).isEmpty();
    }

    @Test
    void ofThoseThatWaitTheLastAndTheBestAreScoredAndTheOthersPassedOver() {
        EvaluationPlan plan = new EvaluationPlan(List.of(A), Order.LAST_AND_BEST, 1, Set.of());
        double[] losses = {5, 3, 1, 2, Double.NaN};
        for (int i = 0; i < losses.length; i++) {
            plan.announce(
                    checkpoint(i, "d" + i, i).toBuilder().setLoss(losses[i]).build());
        }
        assertThat(plan.enqueue()).as("any of them may be passed over").isEmpty();
        assertThat(plan.openCount()).isEqualTo(2);
        Job last = plan.lease(NOW).orElseThrow();
        assertThat(last.checkpoint().getStep()).isEqualTo(4);
        plan.note(last, "knn", ScoreState.RUNNING, NOW);
        plan.announce(checkpoint(5, "d5", 5).toBuilder().setLoss(0.5).build()); // both now
        assertThat(plan.openOf(last)).as("what is begun is finished").containsExactly("knn");
        assertThat(plan.openCount()).isEqualTo(2);
        assertThat(plan.lease(NOW).orElseThrow().checkpoint().getStep()).isEqualTo(5);
        assertThat(plan.lease(NOW)).isEmpty();
        plan.ask(request(100).setStep(2).build());
        assertThat(plan.enqueue()).extracting(EvaluationScore::getStep).containsExactly(2L);
    }

    @Test
    void aTaskOfNoneIsRunOverTheCheckpointsThatWereThereWhenItWasAskedFor() {
        EvaluationPlan plan = new EvaluationPlan(List.of(A), Order.NEWEST_FIRST, 2, Set.of());
        plan.ask(request(20).setTask("linear").build());
        plan.ask(request(20).setTask("knn").setDataSet("elsewhere").setStep(1).build());
        for (int i = 0; i < 4; i++) {
            plan.announce(checkpoint(i, "d" + i, i * 10L));
        }
        plan.announce(checkpoint(9, "d9", 10).toBuilder().setRunId("other").build());
        assertThat(plan.enqueue())
                .extracting(s -> s.getRunId() + s.getStep() + s.getDataSet() + s.getTask())
                .containsExactlyInAnyOrder(
                        "run0aknn",
                        "run2aknn",
                        "other9aknn", // by the rules
                        "run0alinear",
                        "run1alinear",
                        "run2alinear",
                        "run1elsewhereknn"); // which an evaluator will say is not there
        assertThat(plan.openCount()).isEqualTo(7);
    }

    @Test
    void whatFailedIsTriedAgainOnceForEachTimeItIsAskedFor() {
        EvaluationPlan plan = new EvaluationPlan(List.of(TWO), Order.NEWEST_FIRST, 1, Set.of());
        CheckpointAnnouncement one = checkpoint(1, "d", 1);
        plan.announce(one);
        plan.restore(score(one, "a", "knn", ScoreState.FAILED).toBuilder()
                .setAtMs(10)
                .build());
        plan.restore(score(one, "a", "linear", ScoreState.SCORED).toBuilder()
                .setAtMs(10)
                .build());
        assertThat(plan.openCount()).isZero();
        EvaluationRequest request = request(20).setFailed(true).build();
        plan.ask(request);
        assertThat(plan.enqueue()).extracting(EvaluationScore::getTask).containsExactly("knn");
        Job job = plan.lease(NOW).orElseThrow();
        assertThat(job.tasks()).containsExactly("knn");
        plan.note(job, "knn", ScoreState.FAILED, Instant.ofEpochMilli(30));
        plan.release(job, Instant.EPOCH);
        assertThat(plan.openCount()).isZero();

        EvaluationPlan after = new EvaluationPlan(List.of(TWO), Order.NEWEST_FIRST, 1, Set.of()); // another life
        after.ask(request);
        after.restore(score(one, "a", "knn", ScoreState.FAILED).toBuilder()
                .setAtMs(30)
                .build());
        after.restore(score(one, "a", "linear", ScoreState.SCORED));
        after.announce(one);
        assertThat(after.enqueue()).isEmpty();
        after.ask(request(40).setFailed(true).setTask("linear").build());
        assertThat(after.openCount()).as("that one did not fail").isZero();
        after.ask(request(40).setFailed(true).setStep(1).build());
        assertThat(after.lease(NOW).orElseThrow().tasks()).containsExactly("knn");
    }

    private static EvaluationRequest.Builder request(long atMs) {
        return EvaluationRequest.newBuilder().setRunId("run").setRequestedAtMs(atMs);
    }
}
