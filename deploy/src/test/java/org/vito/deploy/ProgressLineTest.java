package org.vito.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.vito.protocol.v1.SourceReport;
import org.vito.protocol.v1.StageReport;
import org.vito.protocol.v1.TrainingStep;

class ProgressLineTest {
    private static SystemState training() {
        SystemState state = new SystemState();
        state.accept(TrainingStep.newBuilder()
                .setRunId("r")
                .setStep(40)
                .setTotalSteps(100)
                .setLoss(1.25)
                .setClipsPerSecond(16)
                .setStalledShare(0.253)
                .setClipsConsumed(320)
                .setAtMs(1_000)
                .build());
        return state;
    }

    @Test
    void aStepIsToldWithItsPaceAndTheTimeItWaitsForData() {
        assertThat(ProgressLine.of(training(), 0))
                .isEqualTo("step 40/100 · loss 1.250 · 16.0 clips/s · 25 % of the time waiting for data · 30 s left");
        assertThat(ProgressLine.of(training(), 2_000)).as("a step of before").isEmpty();
    }

    @Test
    void statusTellsItToo() {
        StringWriter out = new StringWriter();
        StatusCommand.print(new PrintWriter(out, true), training(), 5_000);
        assertThat(out.toString()).contains("25 % of the time waiting for data");
    }

    @Test
    void statusTellsWhatSourcesBringAndWhatKeepsThem() {
        SystemState state = training();
        state.accept(StageReport.newBuilder()
                .setInstance("host-1")
                .setStage("ingest")
                .setNote("the store is full")
                .addSources(SourceReport.newBuilder()
                        .setName("camera")
                        .setState("idle")
                        .setReceivedBytes(3 << 20)
                        .setDetail("interrupted: it ended"))
                .build());
        StringWriter out = new StringWriter();
        StatusCommand.print(new PrintWriter(out, true), state, 5_000);
        assertThat(out.toString())
                .contains("host-1, ingest: the store is full")
                .containsPattern("camera +idle .* 3.0 MiB +0.0 KiB  interrupted: it ended");
    }
}
