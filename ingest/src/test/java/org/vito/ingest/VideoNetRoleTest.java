package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.Frame;

/** The rule videonet over Kafka: real videos, decoded by real processes, and a classifier of brightness. */
class VideoNetRoleTest {
    @TempDir
    Path directory;

    @Test
    void decisionsCarryTheirEvidence() throws Exception {
        Path vocabulary = Files.writeString(directory.resolve("classes.txt"), "night\nday, daylight\n");
        Brightness networks = new Brightness();
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            IngestSettings settings = system.settings(
                    "vito.ingest.curate.rule = videonet",
                    "vito.ingest.curate.videonet { vocabulary = \"%s\", classifier = brightness, batch = 8 }"
                            .formatted(vocabulary));
            RunningRole curate = CurateRole.start(system.actors, settings, system.decoders, system.platform, networks);
            // Shades rise by one a frame from 100 on, so that the 28th is the first that is bright.
            String taken = store(system, 100, "From night to daylight");
            String night = store(system, 101, "Night");
            String left = store(system, 130, "A long night");
            String unnamed = store(system, 131, "Knights of the daylights");
            CurationDecision day = decision(decisions, taken);
            assertThat(day.getAccepted()).isTrue();
            assertThat(day.getCategory())
                    .isEqualTo("day"); // a title may name both; frame 75 is the surest of the first few
            assertThat(day.getCurator()).isEqualTo("videonet/1 brightness");
            assertThat(decision(decisions, night).getEvidenceList())
                    .hasSize(4)
                    .first()
                    .extracting(Evidence::getPtsUs, Evidence::getLabel)
                    .containsExactly(0L, "night"); // the darkest of the first few
            assertThat(TestVideos.brightness(
                            Frame.newBuilder().setJpeg(day.getThumbnail()).build()))
                    .as("the thumbnail is of the frame that speaks for it")
                    .isCloseTo(175 / 255f, within(0.03f));
            CurationDecision dark = decision(decisions, left);
            assertThat(dark.getAccepted()).isFalse();
            assertThat(dark.getReason())
                    .isEqualTo("The title says 'night'; none of 100 frames shows it, most show day (100).");
            assertThat(dark.getEvidenceList()).hasSize(100);
            assertThat(dark.getEvidence(0).getPtsUs()).isEqualTo(99 * 40_000L);
            assertThat(TestVideos.brightness(Frame.newBuilder()
                            .setJpeg(decision(decisions, unnamed).getThumbnail())
                            .build()))
                    .as("that of a video whose frames nobody judged is of its middle: shade 131 + 126, which is 1")
                    .isCloseTo(1 / 255f, within(0.05f));
            assertThat(decision(decisions, unnamed).getReason()).isEqualTo("Its title names none of 2 classes.");
            TestSystem.stop(curate);
            TestSystem.until("the classifier is closed", () -> networks.open.get() == 0);
        }
    }

    private static CurationDecision decision(Tail<CurationDecision> decisions, String id) {
        return decisions.await(1, d -> d.getVideoId().equals(id)).get(0);
    }

    private String store(TestSystem system, int shade, String title) throws Exception {
        return TestVideos.store(system, directory.resolve(shade + ".mp4"), 252, shade, title);
    }
}
