package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CsvTest {
    @Test
    void valuesAreWhatStandsBetweenCommas() {
        assertThat(Csv.values("a,b,c")).containsExactly("a", "b", "c");
        assertThat(Csv.values("a, b ,")).containsExactly("a", "b", "");
        assertThat(Csv.values("")).containsExactly("");
        assertThat(Csv.values(",")).containsExactly("", "");
    }

    @Test
    void quotesKeepCommasAndSpacesAndQuotes() {
        assertThat(Csv.values("\"a, b\",\" c \"")).containsExactly("a, b", " c ");
        assertThat(Csv.values("\"say \"\"hi\"\"\" , x")).containsExactly("say \"hi\"", "x");
        assertThat(Csv.values("\"\"")).containsExactly("");
        assertThat(Csv.values("a \"b\" c")).containsExactly("a \"b\" c");
    }

    @Test
    void quotesThatDoNotMatchAreSaid() {
        assertThatThrownBy(() -> Csv.values("\"a,b")).hasMessageContaining("not closed");
        assertThatThrownBy(() -> Csv.values("\"a\"b,c")).hasMessageContaining("between");
    }
}
