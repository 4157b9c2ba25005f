package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.SourceReport;

class SourceTrafficTest {
    private final SourceTraffic traffic = new SourceTraffic();

    @Test
    void whatASourceDoesAndBringsIsSummed() {
        traffic.received("film\u0000s", 10);
        traffic.received("film s", 5);
        traffic.stored("film s");
        traffic.refused("film s");
        traffic.refused("film s");
        traffic.received("", 7);
        traffic.became(new SourceActor.Status("film s", SourceState.BACKING_OFF, 3, "d".repeat(1000)));
        List<SourceReport> reports = traffic.reports();
        assertThat(reports).extracting(SourceReport::getName).containsExactly("", "film s");
        SourceReport films = reports.get(1);
        assertThat(films.getReceivedBytes()).isEqualTo(15);
        assertThat(films.getStored()).isEqualTo(1);
        assertThat(films.getRefused()).isEqualTo(2);
        assertThat(films.getSubmitted()).isEqualTo(3);
        assertThat(films.getState()).isEqualTo("backing off");
        assertThat(films.getDetail()).hasSize(501);
        assertThat(reports.get(0).getReceivedBytes()).isEqualTo(7);
    }

    @Test
    void namesThatAnybodyMayWriteAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            traffic.received("s" + i, 1);
        }
        traffic.received("x".repeat(5000), 1);
        assertThat(traffic.reports()).hasSize(SourceTraffic.MOST + 1);
        SourceReport others = traffic.reports().stream()
                .filter(r -> r.getName().equals(SourceTraffic.OTHERS))
                .findFirst()
                .orElseThrow();
        assertThat(others.getReceivedBytes()).isEqualTo(10_001 - SourceTraffic.MOST);
    }
}
