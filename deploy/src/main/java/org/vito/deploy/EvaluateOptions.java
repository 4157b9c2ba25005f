package org.vito.deploy;

import com.typesafe.config.Config;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vito.evaluator.EvaluatorSettings;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code vito evaluate} that ask whoever evaluates for more. */
@Command
final class EvaluateOptions {
    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "Score the run's checkpoints by this task too, be it among vito.evaluator.tasks or not.")
    @Nullable
    String task;

    @Option(
            names = "--data-set",
            paramLabel = "NAME",
            description = "Only on this data set, by the name that vito.evaluator.data-sets give it.")
    @Nullable
    String dataSet;

    @Option(
            names = "--checkpoint",
            paramLabel = "STEP",
            description = "Only this checkpoint of the run, be it passed over or not.")
    @Nullable
    Long step;

    @Option(names = "--failed", description = "Only what has failed: try it again.")
    boolean failed;

    /** Whether anything is asked for. */
    boolean given() {
        return task != null || dataSet != null || step != null || failed;
    }

    /**
     * Asks for it.
     *
     * @param run whose checkpoints are meant
     * @return what was asked for, in words
     * @throws VitoException BAD_SETTING if the options do not fit; NOT_FOUND if there is no such checkpoint; KAFKA if Kafka
     *     cannot be reached
     */
    String ask(Config config, @Nullable String run) {
        if (run == null) {
            throw new VitoException(Reason.BAD_SETTING, "which run? give --run ID; vito scores prints those there are");
        }
        List<String> tasks = EvaluatorSettings.knownTasks();
        if (task != null && !tasks.contains(task)) {
            throw new VitoException(
                    Reason.BAD_SETTING, "--task " + task + ": expected one of " + String.join(", ", tasks));
        }
        KafkaAccess kafka = KafkaAddress.existing(config);
        SystemState state = TopicReader.readOnce(kafka);
        List<CheckpointAnnouncement> checkpoints = state.checkpoints(run).stream()
                .filter(announced -> step == null || announced.getStep() == step)
                .toList();
        if (checkpoints.isEmpty()) {
            throw new VitoException(
                    Reason.NOT_FOUND,
                    state.checkpoints(run).isEmpty()
                            ? "run %s has no checkpoints; there are runs %s".formatted(run, state.runs())
                            : "run %s has no checkpoint of step %s; its newest is %d"
                                    .formatted(
                                            run,
                                            step,
                                            state.checkpoints(run)
                                                    .get(state.checkpoints(run).size() - 1)
                                                    .getStep()));
        }
        EvaluationRequest.Builder request = EvaluationRequest.newBuilder()
                .setRunId(run)
                .setTask(task == null ? "" : task)
                .setDataSet(dataSet == null ? "" : dataSet)
                .setFailed(failed)
                .setRequestedAtMs(Instant.now().toEpochMilli());
        if (step != null) {
            request.setStep(step);
        }
        RecordSender.send(kafka, Topics.EVALUATION_REQUESTS.record(request.build()), "the request");
        return "asked for %s on %s of %s%s; vito scores and the page show what comes of it"
                .formatted(
                        task == null ? "every task" : task,
                        dataSet == null ? "every data set" : dataSet,
                        step == null ? checkpoints.size() + " checkpoints of run " + run : run + "@" + step,
                        failed ? ", where it failed" : "");
    }
}
