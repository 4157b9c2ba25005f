package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vito.decode.DecodeRole;
import org.vito.protocol.Sha256;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.CurationRequest;
import org.vito.protocol.v1.DecodeSegment;
import org.vito.protocol.v1.StoredVideo;

/** What the topics and the positions of groups, in a real Kafka, say of a video. */
class FinishedVideosTest {
    private final String id = Sha256.of(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
    private final FinishedVideos videos = new FinishedVideos(TestBroker.access());

    @BeforeEach
    void everythingBeforeIsRead() throws Exception {
        curated();
        planned();
        decoded();
    }

    @AfterEach
    void close() {
        videos.close();
    }

    @Test
    void whatIsNotStoredIsNotFinished() {
        assertThat(finished()).isFalse();
    }

    @Test
    void whatIsStoredAfterALookIsNotFinishedByIt() throws Exception {
        Predicate<String> before = videos.now();
        store();
        curated();
        try (FinishedVideos later = new FinishedVideos(TestBroker.access())) {
            assertThat(later.now().test(id)).isTrue();
        }
        assertThat(before.test(id)).isFalse();
    }

    @Test
    void aRejectedVideoIsFinishedWhetherOrNotAnybodyPlans() throws Exception {
        store();
        assertThat(finished()).as("curation has not come to it").isFalse();
        decide(CurationDecision.newBuilder().setVideoId(id));
        assertThat(finished()).as("the same").isFalse();
        curated();
        assertThat(finished()).isTrue();
    }

    @Test
    void anAcceptedVideoIsFinishedOnceAllItsSegmentsAreDecoded() throws Exception {
        store();
        decide(CurationDecision.newBuilder().setVideoId(id).setAccepted(true));
        curated();
        assertThat(finished()).as("nobody has planned it").isFalse();
        segment(0);
        segment(1);
        planned();
        assertThat(finished()).as("nobody has decoded it").isFalse();
        decoded();
        assertThat(finished()).isTrue();
        segment(1);
        assertThat(finished()).as("a segment is replayed").isFalse();
        decoded();
        assertThat(finished()).isTrue();
    }

    @Test
    void aVideoThatIsAskedAboutAgainIsAwaited() throws Exception {
        store();
        curated();
        assertThat(finished()).as("its judging ended as a dead letter").isTrue();
        TestBroker.send(
                Topics.CURATION_REQUESTS.name(),
                id,
                CurationRequest.newBuilder().setRequestedAtMs(1).build().toByteArray());
        assertThat(finished()).isFalse();
        curated();
        assertThat(finished()).isTrue();
        decide(CurationDecision.newBuilder().setVideoId(id).setFirstAcceptedAtMs(1));
        assertThat(finished())
                .as("it is turned down now, but the planner may have a decision before in work")
                .isFalse();
        planned();
        assertThat(finished()).isTrue();
        TestBroker.send(Topics.CURATED.name(), id, "xdamaged".getBytes(StandardCharsets.UTF_8));
        assertThat(finished()).isFalse();
        planned();
        assertThat(finished()).isTrue();
    }

    @Test
    void whatIsNotCommittedIsAwaitedAndWhatNeverWillBeUntilItIsReadOver() throws Exception {
        store();
        curated();
        Map<String, Object> properties = new HashMap<>(TestBroker.access().producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "finished-" + id);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(Topics.SEGMENTS.name(), id + "#0", segmentOf(0)))
                    .get();
            assertThat(finished()).isFalse();
            producer.abortTransaction();
            assertThat(finished()).isFalse();
            decoded();
            assertThat(finished()).isTrue();
        }
    }

    private boolean finished() {
        return videos.now().test(id);
    }

    private void store() throws Exception {
        StoredVideo video = StoredVideo.newBuilder().setVideoId(id).build();
        TestBroker.send(Topics.STORED.name(), id, video.toByteArray());
    }

    private void decide(CurationDecision.Builder decision) throws Exception {
        TestBroker.send(Topics.CURATED.name(), id, decision.build().toByteArray());
    }

    private void segment(int index) throws Exception {
        TestBroker.send(Topics.SEGMENTS.name(), id + "#" + index, segmentOf(index));
    }

    private byte[] segmentOf(int index) {
        return DecodeSegment.newBuilder()
                .setVideoId(id)
                .setIndex(index)
                .setCount(2)
                .build()
                .toByteArray();
    }

    private static void curated() throws Exception {
        TestBroker.passOver(CurateRole.GROUP, List.of(Topics.STORED, Topics.CURATION_REQUESTS));
    }

    private static void planned() throws Exception {
        TestBroker.passOver(DecodeRole.PLAN_GROUP, List.of(Topics.CURATED));
    }

    private static void decoded() throws Exception {
        TestBroker.passOver(DecodeRole.DECODE_GROUP, List.of(Topics.SEGMENTS));
    }
}
