package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;

class LostOriginsTest {
    private final List<StoredVideo> written = new ArrayList<>();
    private final LostOrigins lost = new LostOrigins(new Origins(3), written::add);

    private static StoredVideo video(String id, String... uris) {
        StoredVideo.Builder video = StoredVideo.newBuilder().setVideoId(id);
        for (String uri : uris) {
            video.addOrigins(Origin.newBuilder().setUri(uri).setSubmissionId(uri));
        }
        return video.build();
    }

    private void read(StoredVideo video) {
        lost.read(new ConsumerRecord<>(Topics.STORED.name(), 0, 0, video.getVideoId(), video.toByteArray()));
    }

    private static List<String> uris(StoredVideo video) {
        return video.getOriginsList().stream().map(Origin::getUri).toList();
    }

    @Test
    void aRecordThatDoesNotKnowOfTheOneBeforeGetsItsOriginBack() {
        read(video("v", "a"));
        read(video("w", "x"));
        lost.caughtUp();
        assertThat(written).isEmpty();
        read(video("v", "b"));
        lost.caughtUp();
        assertThat(written).hasSize(1);
        assertThat(uris(written.get(0))).containsExactlyInAnyOrder("a", "b");
        read(written.get(0));
        lost.caughtUp();
        assertThat(written).as("once is enough").hasSize(1);
        read(video("v", "c"));
        lost.caughtUp();
        assertThat(uris(written.get(1))).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatALaterRecordHasAllOfIsLeftAlone() {
        read(video("v", "a"));
        read(video("v", "b"));
        read(video("v", "a", "b"));
        lost.caughtUp();
        assertThat(written).isEmpty();
    }

    @Test
    void whereThereIsNoRoomNothingIsLost() {
        read(video("v", "a", "b", "c"));
        read(video("v", "d", "e", "f"));
        lost.caughtUp();
        assertThat(written).isEmpty();
    }

    @Test
    void whatIsNoVideoIsPassedOver() {
        lost.read(new ConsumerRecord<>(Topics.STORED.name(), 0, 0, "v", new byte[] {7}));
        lost.caughtUp();
        assertThat(written).isEmpty();
    }
}
