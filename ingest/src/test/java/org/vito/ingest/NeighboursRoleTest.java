package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.curation.VectorIndex;
import org.vito.protocol.RunningRole;
import org.vito.protocol.Topics;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Frame;

/** The rule neighbours over Kafka: real videos, decoded by real processes, and their brightness for a feature. */
class NeighboursRoleTest {
    @TempDir
    Path directory;

    /** A vector in the plane that turns a quarter of a circle from black to white. */
    private record Brightness(AtomicInteger version) implements CurationNetworks, FrameEmbedder {
        @Override
        public FrameClassifier classifier(String weights) {
            throw new AssertionError("nothing is classified");
        }

        @Override
        public String newest(String weights) {
            return version.get() == 0 ? "brightness" : "brightness" + version;
        }

        @Override
        public FrameEmbedder embedder(String weights) {
            return new Brightness(new AtomicInteger(version.get()));
        }

        @Override
        public String name() {
            return newest("");
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public float[][] embed(List<Frame> frames) {
            return frames.stream().map(Brightness::vector).toArray(float[][]::new);
        }

        private static float[] vector(Frame frame) {
            double angle = TestVideos.brightness(frame) * Math.PI / 2;
            return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
        }

        @Override
        public void close() {}
    }

    @Test
    void nearDuplicatesAreLeftOutAlsoWhenTheIndexIsLost() throws Exception {
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            IngestSettings settings = system.settings(
                    "vito.ingest.curate { rule = neighbours, neighbours { network = any, duplicates = 0.999 } }");
            RunningRole curate = CurateRole.start(
                    system.actors, settings, system.decoders, system.platform, new Brightness(new AtomicInteger()));
            String first = store(system, 20);
            CurationDecision taken = decision(decisions, first);
            assertThat(taken.getAccepted()).isTrue();
            assertThat(taken.getNetwork()).isEqualTo("brightness");
            assertThat(taken.getEmbedding().size()).isEqualTo(8);
            String second = store(system, 22); // 2 of 255 brighter: cosine 0.9999
            assertThat(decision(decisions, second).getReason()).contains("nearly the video " + first);
            TestSystem.stop(curate);
            Path index = system.platform.data().resolve("curation/brightness/seen");
            TestSystem.until("the index is closed", () -> isClosed(index));
            try (Stream<Path> files = Files.list(index)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            RunningRole again = CurateRole.start(
                    system.actors, settings, system.decoders, system.platform, new Brightness(new AtomicInteger()));
            String third = store(system, 24);
            String other = store(system, 120);
            assertThat(decision(decisions, third).getAccepted()).isFalse();
            assertThat(decision(decisions, other).getAccepted()).isTrue();
            TestSystem.stop(again);
        }
    }

    @Test
    void aNewerNetworkIsTakenWhileVideosCome() throws Exception {
        try (TestSystem system = new TestSystem(directory);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            IngestSettings settings = system.settings("vito.ingest.curate { rule = neighbours, neighbours {"
                    + " network = any, refresh = 1ms, duplicates = 0.999 } }");
            Brightness networks = new Brightness(new AtomicInteger(7));
            RunningRole curate = CurateRole.start(system.actors, settings, system.decoders, system.platform, networks);
            assertThat(decision(decisions, store(system, 40)).getNetwork()).isEqualTo("brightness7");
            networks.version.set(8);
            CurationDecision newer = decision(decisions, store(system, 41));
            assertThat(newer.getNetwork()).isEqualTo("brightness8");
            assertThat(newer.getCurator()).isEqualTo("neighbours/1 brightness8");
            assertThat(newer.getAccepted()).as("its index knows nothing yet").isTrue();
            assertThat(decision(decisions, store(system, 42)).getAccepted()).isFalse();
            TestSystem.stop(curate);
        }
    }

    private static boolean isClosed(Path index) {
        try (VectorIndex opened = VectorIndex.open(index)) {
            return opened.size() == 2;
        } catch (VitoException e) {
            return false; // the role has it open
        }
    }

    private static CurationDecision decision(Tail<CurationDecision> decisions, String id) {
        return decisions.await(1, d -> d.getVideoId().equals(id)).get(0);
    }

    private String store(TestSystem system, int shade) throws Exception {
        return TestVideos.store(system, directory.resolve(shade + ".mp4"), 100, shade, "");
    }
}
