package org.vito.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaAccessTest {
    @Test
    void consumersReadCommittedRecordsFromTheBeginningAndCommitNothing() {
        assertThat(KafkaAccess.to("a:1,b:2").consumer("group"))
                .containsEntry("bootstrap.servers", "a:1,b:2")
                .containsEntry("group.id", "group")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("enable.auto.commit", "false")
                .containsEntry("auto.offset.reset", "earliest");
    }

    @Test
    void producersAreIdempotentAndCarryTheLargestLetter() {
        assertThat(KafkaAccess.to("a:1").producer())
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true")
                .containsEntry("max.request.size", String.valueOf(KafkaAccess.MAX_LETTER_BYTES));
    }

    @Test
    void whatTheUserSaysWins() {
        Map<String, String> properties = new HashMap<>(
                Map.of("security.protocol", "SASL_SSL", "linger.ms", "50", "max.partition.fetch.bytes", "1000"));
        KafkaAccess access = new KafkaAccess("a:1", properties);
        properties.clear();
        assertThat(access.producer()).containsEntry("linger.ms", "50").containsEntry("security.protocol", "SASL_SSL");
        assertThat(access.consumer("g"))
                .containsEntry("max.partition.fetch.bytes", "1000")
                .containsEntry("security.protocol", "SASL_SSL");
    }

    @Test
    void passwordsAreNotPrinted() {
        KafkaAccess access = new KafkaAccess("a:1", Map.of("sasl.jaas.config", "password=\"secret\""));
        assertThat(access.toString()).contains("a:1", "sasl.jaas.config").doesNotContain("secret");
    }
}
