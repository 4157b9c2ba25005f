package org.vito.evaluator.plan;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializerWithStringManifest;
import com.google.protobuf.ByteString;
import java.io.NotSerializableException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vito.evaluator.plan.EvaluationCoordinator.Alive;
import org.vito.evaluator.plan.EvaluationCoordinator.JobEnded;
import org.vito.evaluator.plan.EvaluationCoordinator.TaskFailed;
import org.vito.evaluator.plan.EvaluationCoordinator.TaskScored;
import org.vito.evaluator.plan.EvaluationCoordinator.TaskStarted;
import org.vito.evaluator.plan.v1.LeaseMessage;
import org.vito.evaluator.plan.v1.RunMessage;
import org.vito.protocol.v1.CheckpointAnnouncement;

/** Messages {@link OverTheWire} as protobuf; named in {@code vito-cluster.conf}. The manifest is the record's name. */
public final class WireSerializer extends SerializerWithStringManifest {
    private static final int IDENTIFIER = 7_204_101;

    private final ExtendedActorSystem system;

    /** As Akka makes it. */
    public WireSerializer(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        return message.getClass().getSimpleName();
    }

    @Override
    public byte[] toBinary(Object message) {
        if (message instanceof EvaluatorActor.Run run) {
            return RunMessage.newBuilder()
                    .setLease(run.lease())
                    .setCheckpoint(run.job().checkpoint().toByteString())
                    .setDataSet(run.job().dataSet())
                    .addAllTasks(run.job().tasks())
                    .setAttempt(run.job().attempt())
                    .setReplyTo(resolver().toSerializationFormat(run.replyTo()))
                    .build()
                    .toByteArray();
        }
        LeaseMessage.Builder told = LeaseMessage.newBuilder();
        if (message instanceof EvaluatorActor.GiveUp m) {
            told.setLease(m.lease());
        } else if (message instanceof Alive m) {
            told.setLease(m.lease());
        } else if (message instanceof TaskStarted m) {
            told.setLease(m.lease()).setTask(m.task()).setBy(m.by());
        } else if (message instanceof TaskScored m) {
            told.setLease(m.lease()).setTask(m.task()).setBy(m.by()).setSeconds(m.seconds());
            told.addAllMetrics(m.metrics().keySet()).addAllValues(m.metrics().values());
        } else if (message instanceof TaskFailed m) {
            told.setLease(m.lease()).setTask(m.task()).setBy(m.by()).setSeconds(m.seconds());
            told.setFailure(m.failure());
        } else if (message instanceof JobEnded m) {
            told.setLease(m.lease()).setMayPass(m.mayPass());
            if (m.failure() != null) {
                told.setFailure(m.failure());
            }
        } else {
            throw new IllegalArgumentException("no message between processes: " + message.getClass());
        }
        return told.build().toByteArray();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        try {
            if (manifest.equals("Run")) {
                return run(RunMessage.parseFrom(bytes));
            }
            LeaseMessage told = LeaseMessage.parseFrom(bytes);
            return switch (manifest) {
                case "GiveUp" -> new EvaluatorActor.GiveUp(told.getLease());
                case "Alive" -> new Alive(told.getLease());
                case "TaskStarted" -> new TaskStarted(told.getLease(), told.getTask(), told.getBy());
                case "TaskScored" ->
                    new TaskScored(told.getLease(), told.getTask(), metrics(told), told.getSeconds(), told.getBy());
                case "TaskFailed" ->
                    new TaskFailed(told.getLease(), told.getTask(), told.getFailure(), told.getSeconds(), told.getBy());
                case "JobEnded" ->
                    new JobEnded(told.getLease(), told.hasFailure() ? told.getFailure() : null, told.getMayPass());
                default -> throw new NotSerializableException("a message of another version: " + manifest);
            };
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            NotSerializableException damaged = new NotSerializableException(manifest + ": " + e.getMessage());
            damaged.initCause(e);
            throw damaged;
        }
    }

    private EvaluatorActor.Run run(RunMessage run) throws com.google.protobuf.InvalidProtocolBufferException {
        ByteString checkpoint = run.getCheckpoint();
        return new EvaluatorActor.Run(
                run.getLease(),
                new Job(
                        CheckpointAnnouncement.parseFrom(checkpoint),
                        run.getDataSet(),
                        run.getTasksList(),
                        run.getAttempt()),
                resolver().resolveActorRef(run.getReplyTo()));
    }

    private static Map<String, Double> metrics(LeaseMessage told) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < told.getMetricsCount(); i++) {
            metrics.put(told.getMetrics(i), told.getValues(i));
        }
        return metrics;
    }

    private ActorRefResolver resolver() {
        return ActorRefResolver.get(Adapter.toTyped(system));
    }
}
