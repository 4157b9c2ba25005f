package org.vito.evaluator.board;

import com.google.protobuf.ByteString;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.TrainingStep;

/** One thing that a topic told, small: clips' positions and dead letters' records are left out. */
sealed interface BoardEvent {
    /** A step, without its clips' positions. */
    record Trained(TrainingStep step) implements BoardEvent {}

    record Announced(CheckpointAnnouncement checkpoint) implements BoardEvent {}

    record Scored(EvaluationScore score) implements BoardEvent {}

    record Reported(StageReport report) implements BoardEvent {}

    record Refused(String stage, String reason, String message, String subject, int attempts, long atMs)
            implements BoardEvent {}

    record Stored(String videoId) implements BoardEvent {}

    /** A decision, and a small JPEG of its video, empty if there is none. */
    record Judged(BoardView.Decision decision, ByteString thumbnail) implements BoardEvent {}
}
