package org.vito.protocol;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.CurationRequest;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.EvaluationRequest;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.SubmissionRetry;
import org.vito.protocol.v1.TrainingStep;
import org.vito.protocol.v1.VideoSubmission;

/** The topics of VITO, in the order in which a video meets them. */
public final class Topics {
    private static final String DAY = String.valueOf(24L * 3600 * 1000);
    private static final String WEEK = String.valueOf(7 * 24L * 3600 * 1000);

    /** Videos somebody asks for; protobuf or one line of canonical JSON. */
    public static final Topic<VideoSubmission> SUBMITTED = new Topic<>(
            "vito.videos.submitted",
            VideoSubmission.getDefaultInstance(),
            VideoSubmission::getSubmissionId,
            4,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK),
            true);

    /** Submissions that wait for another attempt, so that those behind them need not wait. */
    public static final Topic<SubmissionRetry> RETRIES = new Topic<>(
            "vito.videos.retries",
            SubmissionRetry.getDefaultInstance(),
            r -> r.getPartition() + "@" + r.getOffset(),
            4,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK, "max.message.bytes", String.valueOf(2 << 20)),
            false);

    /** Videos whose bytes we hold. */
    public static final Topic<StoredVideo> STORED =
            compacted("vito.videos.stored", StoredVideo.getDefaultInstance(), StoredVideo::getVideoId);

    /** Videos that were judged. The accepted ones are the product of curation. */
    public static final Topic<CurationDecision> CURATED =
            compacted("vito.videos.curated", CurationDecision.getDefaultInstance(), CurationDecision::getVideoId);

    /** Videos that were judged and are to be judged again. */
    public static final Topic<CurationRequest> CURATION_REQUESTS = new Topic<>(
            "vito.curate.requests",
            CurationRequest.getDefaultInstance(),
            r -> r.getBefore().getVideoId(),
            4,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK),
            false);

    /** Spans of videos waiting to be decoded. */
    public static final Topic<DecodeSegment> SEGMENTS = new Topic<>(
            "vito.decode.segments",
            DecodeSegment.getDefaultInstance(),
            s -> s.getVideoId() + "#" + s.getIndex(),
            8,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK),
            false);

    /** Training examples: the training set itself, kept to be read many times. */
    public static final Topic<Clip> CLIPS = new Topic<>(
            "vito.clips",
            Clip.getDefaultInstance(),
            Clip::getClipId,
            8,
            Map.of(
                    "cleanup.policy", "delete",
                    "retention.ms", "-1",
                    "retention.bytes", "-1",
                    "max.message.bytes", String.valueOf(KafkaAccess.MAX_RECORD_BYTES),
                    "compression.type", "uncompressed"),
            false);

    /** Optimiser steps. */
    public static final Topic<TrainingStep> TRAINING = new Topic<>(
            "vito.training",
            TrainingStep.getDefaultInstance(),
            TrainingStep::getRunId,
            1,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK),
            false);

    /** Checkpoints that may be read. */
    public static final Topic<CheckpointAnnouncement> CHECKPOINTS = compacted(
            "vito.checkpoints", CheckpointAnnouncement.getDefaultInstance(), c -> c.getRunId() + "/" + c.getStep());

    /** What evaluators found. */
    public static final Topic<EvaluationScore> SCORES = compacted(
            "vito.scores",
            EvaluationScore.getDefaultInstance(),
            s -> s.getRunId() + "/" + s.getStep() + "/" + s.getTask() + "/" + s.getDataSet());

    /** Evaluations of checkpoints that are there already. */
    public static final Topic<EvaluationRequest> EVALUATION_REQUESTS = new Topic<>(
            "vito.evaluate.requests",
            EvaluationRequest.getDefaultInstance(),
            EvaluationRequest::getRunId,
            1,
            Map.of("cleanup.policy", "delete", "retention.ms", WEEK),
            false);

    /** Whatever was refused, with its reason. */
    public static final Topic<DeadLetter> DEAD_LETTERS = new Topic<>(
            "vito.deadletters",
            DeadLetter.getDefaultInstance(),
            d -> d.getStage() + "/" + d.getSubject(),
            1,
            Map.of(
                    "cleanup.policy",
                    "delete",
                    "retention.ms",
                    WEEK,
                    "max.message.bytes",
                    String.valueOf(KafkaAccess.MAX_LETTER_BYTES)),
            false);

    /** How each stage of each process is doing. */
    public static final Topic<StageReport> STAGES = new Topic<>(
            "vito.stages",
            StageReport.getDefaultInstance(),
            s -> s.getInstance() + "/" + s.getStage(),
            1,
            Map.of("cleanup.policy", "delete", "retention.ms", DAY),
            false);

    private static final List<Topic<?>> ALL = List.of(
            SUBMITTED,
            RETRIES,
            STORED,
            CURATED,
            CURATION_REQUESTS,
            SEGMENTS,
            CLIPS,
            TRAINING,
            CHECKPOINTS,
            SCORES,
            EVALUATION_REQUESTS,
            DEAD_LETTERS,
            STAGES);

    private Topics() {}

    /** Every topic, in the order of the pipeline. */
    public static List<Topic<?>> all() {
        return ALL;
    }

    private static <T extends Message> Topic<T> compacted(String name, T prototype, Function<T, String> key) {
        return new Topic<>(name, prototype, key, 4, Map.of("cleanup.policy", "compact"), false);
    }
}
