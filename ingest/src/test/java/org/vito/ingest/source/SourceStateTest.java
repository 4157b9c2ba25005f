package org.vito.ingest.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SourceStateTest {
    @Test
    void movesOnlyWhereItMay() {
        assertThat(SourceState.SCANNING.to(SourceState.SUBMITTING)).isEqualTo(SourceState.SUBMITTING);
        assertThat(SourceState.BACKING_OFF.to(SourceState.SCANNING)).isEqualTo(SourceState.SCANNING);
        for (SourceState any : SourceState.values()) {
            assertThatThrownBy(() -> SourceState.FAILED.to(any)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> SourceState.FINISHED.to(any)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> any.to(any)).isInstanceOf(IllegalStateException.class);
        }
    }
}
