package org.vito.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.vito.decode.DecodeRole;
import org.vito.ingest.index.IdTable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topic;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;

/** Knows which stored videos no stage awaits any more. Not safe for use by several threads; blocks. */
final class FinishedVideos implements AutoCloseable {
    // A stage moves a video on in one transaction: what it has read, and what it wrote for the next. A video that was
    // stored before the look, and of which no group then has a record still to read, has gone all the way if the topics
    // are looked at in the order in which a video meets them: what was moved on before one was looked at lies in the
    // next. The broker makes a group's new position known before the records that belong to it; so records count that
    // are not committed yet, and with them some that never will be, which hold a video until its stage has read on.
    // Who asks for a video anew after the look, to judge or to decode it again, is told that it is gone.

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private final KafkaAccess kafka;
    private final IdTable stored = new IdTable(); // as of the last look
    private CommittedRecords.@Nullable Follower follower;

    FinishedVideos(KafkaAccess kafka) {
        this.kafka = kafka;
    }

    /**
     * Tells of any id whether a video of it is stored, as of now; to be asked until the next call of a method.
     *
     * @throws RetriableException KAFKA if that cannot be found out
     */
    Predicate<String> stored() {
        if (follower == null) {
            follower = new CommittedRecords.Follower(kafka, Topics.STORED);
        }
        follower.visitNew(record -> {
            if (record.key() != null && isId(record.key())) {
                stored.put(record.key(), record.value() == null ? IdTable.ABSENT : 1);
            }
        });
        return id -> isId(id) && stored.contains(id);
    }

    /**
     * Tells of any id whether a video of it is stored and its work finished, as of now; to be asked until the next call of a
     * method.
     *
     * @throws RetriableException KAFKA if that cannot be found out
     */
    Predicate<String> now() {
        Predicate<String> known = stored();
        IdTable awaited = new IdTable();
        note(awaited, Topics.STORED, CurateRole.GROUP, ConsumerRecord::key);
        note(awaited, Topics.CURATION_REQUESTS, CurateRole.GROUP, ConsumerRecord::key);
        note(awaited, Topics.CURATED, DecodeRole.PLAN_GROUP, FinishedVideos::toBePlanned);
        note(awaited, Topics.SEGMENTS, DecodeRole.DECODE_GROUP, FinishedVideos::segmentOf);
        return id -> known.test(id) && !awaited.contains(id);
    }

    private void note(
            IdTable awaited, Topic<?> topic, String group, Function<ConsumerRecord<String, byte[]>, String> video) {
        CommittedRecords.visitAwaited(kafka, topic, group, record -> {
            String id = record.key() == null ? "" : video.apply(record);
            if (isId(id)) {
                awaited.put(id, 1);
            }
        });
    }

    /** The video that the planner cuts into segments for this decision, or may have for one before; else empty. */
    private static String toBePlanned(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return "";
        }
        try {
            CurationDecision decision = Topics.CURATED.parse(record.value());
            return decision.getAccepted() || decision.getFirstAcceptedAtMs() != 0 ? record.key() : "";
        } catch (InvalidProtocolBufferException e) {
            return record.key(); // the planner will say so
        }
    }

    private static String segmentOf(ConsumerRecord<String, byte[]> record) {
        return record.key().replaceFirst("#.*", "");
    }

    private static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
    }
}
