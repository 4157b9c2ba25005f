package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.VideoSubmission;

class TopicTest {
    private static final VideoSubmission SUBMISSION = VideoSubmission.newBuilder()
            .setSubmissionId("s1")
            .setUri("file:/videos/ü.mp4")
            .setTitle("Katze")
            .setSubmittedAtMs(17)
            .build();

    @Test
    void aRecordGivesItsMessageBack() {
        Clip clip = Clip.newBuilder()
                .setClipId("v@0")
                .addFrames(Frame.newBuilder().setPtsUs(40_000).setJpeg(ByteString.copyFromUtf8("x")))
                .build();
        ProducerRecord<String, byte[]> written = Topics.CLIPS.record(clip);
        assertThat(written.key()).isEqualTo("v@0");
        assertThat(written.topic()).isEqualTo("vito.clips");
        assertThat(Topics.CLIPS.read(consumed(Topics.CLIPS, written.value()))).isEqualTo(clip);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"submissionId\":\"s1\",\"uri\":\"file:/videos/ü.mp4\",\"title\":\"Katze\",\"submittedAtMs\":\"17\"}",
                "{\"submission_id\": \"s1\", \"uri\": \"file:/videos/ü.mp4\", \"title\": \"Katze\", \"submitted_at_ms\": 17}\n"
            })
    void aSubmissionMayBeJson(String json) {
        assertThat(Topics.SUBMITTED.read(consumed(Topics.SUBMITTED, utf8(json))))
                .isEqualTo(SUBMISSION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}}",
                "{\"uri\": 7",
                "{\"no_such_field\": 1}",
                "{\"submittedAtMs\": \"noon\"}",
                "{}",
                "{\"uri\": \"a\"} {\"uri\": \"b\"}",
                "[{\"uri\": \"a\"}]",
                "file:/videos/a.mp4"
            })
    void textThatIsNoSubmissionIsDamaged(String text) {
        assertDamaged(Topics.SUBMITTED, utf8(text));
    }

    @Test
    void jsonMustBeUtf8() {
        byte[] latin = "{\"uri\": \"file:/ü.mp4\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(assertDamaged(Topics.SUBMITTED, latin)).hasMessageContaining("UTF-8");
    }

    @Test
    void deeplyNestedJsonIsDamaged() {
        assertDamaged(Topics.SUBMITTED, utf8("{\"uri\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}"));
    }

    @Test
    void onlySubmissionsMayBeJson() {
        assertDamaged(Topics.STORED, utf8("{\"videoId\": \"a\"}"));
    }

    @Test
    void absentAndEmptyValuesAreDamaged() {
        for (Topic<?> topic : Topics.all()) {
            assertThat(assertDamaged(topic, null)).hasMessageContaining("null");
            assertThat(assertDamaged(topic, new byte[0])).hasMessageContaining("empty");
        }
    }

    @Test
    void aDamagedRecordSaysWhereItLies() {
        DamagedRecordException damaged = assertDamaged(Topics.CLIPS, new byte[] {7});
        assertThat(damaged.topic()).isEqualTo("vito.clips");
        assertThat(damaged.partition()).isEqualTo(3);
        assertThat(damaged.offset()).isEqualTo(99);
        assertThat(damaged.reason()).isEqualTo(Reason.DAMAGED_RECORD);
        assertThat(damaged).hasMessageContaining("vito.clips-3@99").hasMessageContaining("Clip");
    }

    /** What tells JSON from protobuf: an opening brace would be the start of a group, which proto3 does not have. */
    @Test
    void noMessageBeginsWithABrace() {
        int braceType = WireFormat.getTagWireType('{');
        assertThat(braceType).isEqualTo(WireFormat.WIRETYPE_START_GROUP);
        for (Topic<?> topic : Topics.all()) {
            assertThat(topic.descriptor().getFields())
                    .isNotEmpty()
                    .noneMatch(field -> field.getType() == FieldDescriptor.Type.GROUP);
        }
    }

    @Test
    void keysOfTopicsAreFilled() {
        assertThat(Topics.all().stream().map(Topic::name).collect(Collectors.toSet()))
                .as("names differ")
                .hasSize(Topics.all().size());
        Set<Descriptor> types = new HashSet<>();
        Topics.all().forEach(topic -> types.add(topic.descriptor()));
        assertThat(types).as("one topic a type").hasSize(Topics.all().size());
    }

    @Test
    void whateverTheBytesNothingButDamagedRecordsIsThrown() {
        CounterRandom random = CounterRandom.of(1, "fuzz", 0, 0);
        byte[] valid = SUBMISSION.toByteArray();
        byte[] json = utf8("{\"uri\":\"a\",\"title\":\"b\",\"submittedAtMs\":\"17\"}");
        int damaged = 0;
        for (int round = 0; round < 30_000; round++) {
            byte[] bytes = bytes(random, round % 3, valid, json);
            for (Topic<?> topic : Topics.all()) {
                damaged += reads(topic, bytes) ? 0 : 1;
            }
        }
        assertThat(damaged)
                .as("some, not all")
                .isBetween(1_000, 30_000 * Topics.all().size() - 1_000);
    }

    /** Random bytes, or a valid value with some of its bytes changed. */
    private static byte[] bytes(CounterRandom random, int kind, byte[] valid, byte[] json) {
        if (kind == 0) {
            byte[] bytes = new byte[random.nextInt(64)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) random.nextInt();
            }
            return bytes;
        }
        byte[] bytes = (kind == 1 ? valid : json).clone();
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static boolean reads(Topic<? extends Message> topic, byte[] value) {
        try {
            topic.read(consumed(topic, value));
            return true;
        } catch (DamagedRecordException e) {
            return false;
        }
    }

    private static DamagedRecordException assertDamaged(Topic<?> topic, byte @Nullable [] value) {
        return assertThatExceptionOfType(DamagedRecordException.class)
                .isThrownBy(() -> topic.read(consumed(topic, value)))
                .actual();
    }

    @SuppressWarnings("NullAway") // Kafka gives null for tombstones
    private static ConsumerRecord<String, byte[]> consumed(Topic<?> topic, byte @Nullable [] value) {
        return new ConsumerRecord<>(topic.name(), 3, 99, "key", value);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
