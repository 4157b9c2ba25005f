package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.DeadLetter;

class DeadLettersTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1234));
    private final VitoException refused = new VitoException(Reason.TOO_SHORT, "a.mp4 lasts 1 s, expected 2.56 s");

    @Test
    void aLetterCarriesTheRecordAsItWas() {
        byte[] value = {0, 1, (byte) 0xff};
        DeadLetter letter = DeadLetters.of(
                "ingest.probe", "a.mp4", refused, 3, new ConsumerRecord<>("topic", 2, 77, "key", value), CLOCK);
        assertThat(letter.getStage()).isEqualTo("ingest.probe");
        assertThat(letter.getSubject()).isEqualTo("a.mp4");
        assertThat(letter.getReasonCode()).isEqualTo("TOO_SHORT");
        assertThat(letter.getMessage()).isEqualTo(refused.getMessage());
        assertThat(letter.getAttempts()).isEqualTo(3);
        assertThat(letter.getTopic()).isEqualTo("topic");
        assertThat(letter.getPartition()).isEqualTo(2);
        assertThat(letter.getOffset()).isEqualTo(77);
        assertThat(letter.getKey().toStringUtf8()).isEqualTo("key");
        assertThat(letter.getValue().toByteArray()).isEqualTo(value);
        assertThat(letter.getAtMs()).isEqualTo(1234);
    }

    @Test
    @SuppressWarnings("NullAway") // Kafka gives null for absent keys and tombstones
    void aRecordWithoutKeyOrValueHasALetterToo() {
        DeadLetter letter =
                DeadLetters.of("s", "x", refused, 1, new ConsumerRecord<String, byte[]>("t", 0, 1, null, null), CLOCK);
        assertThat(letter.getKey().isEmpty()).isTrue();
        assertThat(letter.getValue().isEmpty()).isTrue();
        assertThat(letter.getOffset()).isEqualTo(1);
    }

    @Test
    void reasonAndWordsAreOursHoweverTheyAreWrapped() {
        DeadLetter letter = DeadLetters.of(
                "s", "x", new CompletionException("outer", new IllegalStateException("middle", refused)), 1, CLOCK);
        assertThat(letter.getReasonCode()).isEqualTo("TOO_SHORT");
        assertThat(letter.getMessage()).isEqualTo(refused.getMessage());
    }

    @Test
    void whatNobodyForesawIsInternalAndNamesItsType() {
        DeadLetter letter = DeadLetters.of("s", "x", new NullPointerException(), 1, CLOCK);
        assertThat(letter.getReasonCode()).isEqualTo("INTERNAL");
        assertThat(letter.getMessage()).contains("NullPointerException");
    }

    @Test
    void theLargestRecordFitsIntoALetterWithTheLongestText() {
        String endless = "x".repeat(1 << 20);
        var record = new ConsumerRecord<>("topic", 2, 77L, "key", new byte[KafkaAccess.MAX_RECORD_BYTES]);
        DeadLetter letter = DeadLetters.of("s", endless, new VitoException(Reason.INTERNAL, endless), 1, record, CLOCK);
        assertThat(letter.getSerializedSize()).isLessThan(KafkaAccess.MAX_LETTER_BYTES - 1024);
        assertThat(letter.getMessage()).startsWith("xxx").endsWith("…");
    }

    @Test
    void aMarkNamesTheLetterThatWasReplayed() {
        var mark = DeadLetters.mark(0, 77);
        assertThat(mark.topic()).isEqualTo(Topics.DEAD_LETTERS.name());
        assertThat(mark.value()).isNull();
        var read = new ConsumerRecord<>(mark.topic(), 0, 90L, mark.key(), mark.value());
        assertThat(DeadLetters.marked(read)).isEmpty();
        mark.headers().forEach(read.headers()::add);
        assertThat(DeadLetters.marked(read)).hasValue(77);
        read.headers().remove("vito-replayed").add("vito-replayed", "x".getBytes(StandardCharsets.UTF_8));
        assertThat(DeadLetters.marked(read)).isEmpty();
    }
}
