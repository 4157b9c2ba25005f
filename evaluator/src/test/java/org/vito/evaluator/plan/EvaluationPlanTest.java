package org.vito.evaluator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vito.evaluator.plan.EvaluationCoordinatorTest.checkpoint;
import static org.vito.evaluator.plan.EvaluationCoordinatorTest.score;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.ScoreState;

class EvaluationPlanTest {
    private static final Instant NOW = Instant.ofEpochSecond(5);

    @Test
    void everyNthCheckpointBeginsWithTheFirst() {
        EvaluationPlan plan =
                new EvaluationPlan(List.of(new EvaluationRules.DataSet("a", List.of("knn"))), false, 3, Set.of());
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
        EvaluationPlan plan = new EvaluationPlan(
                List.of(new EvaluationRules.DataSet("a", List.of("knn", "linear"))), true, 1, Set.of("BAD_DATA_SET"));
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
        EvaluationPlan plan =
                new EvaluationPlan(List.of(new EvaluationRules.DataSet("a", List.of("knn"))), true, 1, Set.of());
        plan.announce(checkpoint(1, "d", 1));
        plan.forget("run", 1);
        plan.forget("other", 1);
        assertThat(plan.lease(NOW)).isEmpty();
        assertThat(plan.checkpointCount()).isZero();
    }

    @Test
    void aLeasedJobIsNotGivenTwiceAndComesBackWhenDue() {
        EvaluationPlan plan =
                new EvaluationPlan(List.of(new EvaluationRules.DataSet("a", List.of("knn"))), true, 1, Set.of());
        plan.announce(checkpoint(1, "d", 1));
        Job job = plan.lease(NOW).orElseThrow();
        assertThat(plan.lease(NOW)).isEmpty();
        plan.release(job, NOW.plusSeconds(10));
        assertThat(plan.lease(NOW.plusSeconds(9))).isEmpty();
        Job again = plan.lease(NOW.plusSeconds(10)).orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        plan.note(again, "knn", ScoreState.SCORED);
        plan.release(again, Instant.EPOCH);
        assertThat(plan.openCount()).isZero();
        assertThat(plan.lease(NOW.plusSeconds(99))).isEmpty();
    }
}
