package org.vito.learner;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TensorFlowLibraryTest {
    @Test
    void loadsAndComputes() {
        assertThat(TensorFlowLibrary.tryOut()).startsWith("2.18");
    }
}
