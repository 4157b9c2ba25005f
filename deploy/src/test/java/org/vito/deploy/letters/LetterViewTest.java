package org.vito.deploy.letters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.VideoSubmission;

class LetterViewTest {
    private static final LetterId ID = new LetterId(0, 17);
    private static final String SECRET =
            "https://me:hidden@h.test/a.mp4?x=1&X-Amz-Signature=hidden&access_token=hidden";
    private static final String SHOWN = "https://***@h.test/a.mp4?x=1&X-Amz-Signature=***&access_token=***";

    private static DeadLetter letter(ByteString value) {
        return DeadLetter.newBuilder()
                .setStage("ingest.fetch")
                .setReasonCode("NOT_FOUND")
                .setTopic(Topics.SUBMITTED.name())
                .setValue(value)
                .build();
    }

    @Test
    void secretsOfAddressesAreShownNeitherOfRecordsNorOfWhatIsNone() throws IOException {
        VideoSubmission submission =
                VideoSubmission.newBuilder().setUri(SECRET).setTitle("A film").build();
        DeadLetter record = letter(submission.toByteString());
        assertThat(LetterView.words(ID, record))
                .contains(SHOWN)
                .contains("A film")
                .doesNotContain("hidden");
        var json = LetterView.whole(ID, record);
        assertThat(json.get("record").toString()).contains(SHOWN).doesNotContain("hidden");
        assertThat(json.get("value").binaryValue())
                .isEqualTo(submission.toByteArray()); // what is sent again is as it was
        DeadLetter line = letter(ByteString.copyFromUtf8("{\"url\": \"" + SECRET + "\"} nonsense"));
        assertThat(LetterView.words(ID, line)).contains("nonsense").doesNotContain("hidden");
    }
}
