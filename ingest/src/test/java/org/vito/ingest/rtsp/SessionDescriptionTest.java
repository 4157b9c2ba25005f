package org.vito.ingest.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vito.ingest.testing.Camera;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

class SessionDescriptionTest {
    @Test
    void theFirstVideoThatIsUnderstoodIsTaken() {
        SessionDescription session = SessionDescription.read(String.join(
                "\r\n",
                "v=0",
                "a=control:*",
                "m=audio 0 RTP/AVP 97",
                "a=control:trackID=0",
                "m=video 0 RTP/AVP 26",
                "a=control:trackID=1",
                "m=video 0/2 RTP/AVP 98 99",
                "a=rtpmap:97 H264/90000",
                "a=rtpmap:98 h264/90000",
                "a=fmtp:98 profile-level-id=42; sprop-parameter-sets=Z2QADKzZQwTsBEAAAAMAQAAADIPFCmWA,aO+8sA==",
                "a=control:rtsp://camera/trackID=2",
                "m=video 0 RTP/AVP 100",
                "a=rtpmap:100 H265/90000"));
        assertThat(session.control()).isEqualTo("*");
        assertThat(session.video().control()).isEqualTo("rtsp://camera/trackID=2");
        assertThat(session.video().payloadType()).isEqualTo(98);
        assertThat(session.video().codec()).isEqualTo(Codec.H264);
        assertThat(session.video().parameters()).hasSize(2).satisfies(sets -> {
            assertThat(sets.get(0)).asHexString().startsWith("67");
            assertThat(sets.get(1)).asHexString().isEqualTo("68EFBCB0");
        });
    }

    @Test
    void theSetsOfH265AreTakenInTheirOrder() throws IOException {
        SessionDescription.Video video =
                SessionDescription.read(Camera.description("h265")).video();
        assertThat(video.codec()).isEqualTo(Codec.H265);
        assertThat(video.control()).isEqualTo("streamid=0");
        assertThat(video.parameters())
                .extracting(set -> Codec.H265.type(set, 0))
                .containsExactly(32, 33, 34);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_A_VIDEO, m=audio 0 RTP/AVP 0, without a video",
        "NOT_A_VIDEO, , without a video",
        "UNSUPPORTED_CODEC, m=video 0 RTP/AVP 26, payload type 26; expected H264/90000",
        "UNSUPPORTED_CODEC, m=video 0 RTP/AVP 96;a=rtpmap:96 VP8/90000, VP8/90000; expected",
        "UNSUPPORTED_CODEC, m=video 0 RTP/AVP 96;a=rtpmap:96 H264/90000;a=fmtp:96 packetization-mode=2, interleaved",
        "UNSUPPORTED_CODEC, m=video 0 RTP/AVP 96;a=rtpmap:96 H265/90000;a=fmtp:96 sprop-max-don-diff=4, interleaved"
    })
    void whatIsNotUnderstoodIsRefusedWithItsName(Reason reason, String lines, String message) {
        String text = "v=0\n" + (lines == null ? "" : lines.replace(';', '\n'));
        VitoException refused = catchThrowableOfType(VitoException.class, () -> SessionDescription.read(text));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessageContaining(message);
    }

    @Test
    void damagedDescriptionsAreReadOrRefused() throws IOException {
        String whole = Camera.description("h265");
        String alphabet = "=:;/ ,\r\n0a\u0000mv*";
        Random random = new Random(2);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            StringBuilder damaged = new StringBuilder(whole);
            for (int k = 0; k < 4; k++) {
                damaged.setCharAt(random.nextInt(damaged.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                SessionDescription.read(damaged.toString());
            } catch (VitoException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 2999);
    }
}
