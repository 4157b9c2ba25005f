package org.vito.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.vito.protocol.v1.CurationRequest;
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

    @Test
    void theIndexOfANewerNetworkIsFilledWithTheVideosBeforeAlsoAcrossAKill() throws Exception {
        Brightness networks = new Brightness(new AtomicInteger(17));
        String rule = "vito.ingest.curate { rule = neighbours, batch = 1, neighbours {"
                + " network = any, refresh = 1ms, duplicates = 0.999, refill { requests = 2, every = %s } } }";
        List<String> ids = new ArrayList<>();
        try (TestSystem killed = new TestSystem(directory);
                TestSystem system = new TestSystem(directory);
                Tail<CurationRequest> requests = new Tail<>(Topics.CURATION_REQUESTS);
                Tail<CurationDecision> decisions = new Tail<>(Topics.CURATED)) {
            CurateRole.start(
                    killed.actors, killed.settings(rule.formatted("1h")), killed.decoders, killed.platform, networks);
            for (int shade : List.of(20, 50, 80, 110, 140, 141)) { // the last is nearly the one before
                ids.add(another(killed, shade));
                decision(decisions, ids.get(ids.size() - 1));
            }
            Files.delete(killed.platform.objects().localFile("videos/" + ids.get(4)));
            networks.version.set(18);
            String newer = another(killed, 0);
            assertThat(decision(decisions, newer).getNetwork()).isEqualTo("brightness18");
            requests.await(2, r -> ids.contains(r.getBefore().getVideoId()));
            TestSystem.until("two are judged again", () -> judgedBy(decisions, "brightness18", ids) == 2);
            killed.actors.terminate();
            killed.actors.getWhenTerminated().toCompletableFuture().join();
            RunningRole again = CurateRole.start(
                    system.actors, system.settings(rule.formatted("1ms")), system.decoders, system.platform, networks);
            TestSystem.until("all that may be", () -> judgedBy(decisions, "brightness18", ids) >= 5);
            assertThat(decision(decisions, another(system, 111)).getReason())
                    .contains("nearly the video " + ids.get(3));
            TestSystem.stop(again);
            assertThat(requests.now(r -> ids.contains(r.getBefore().getVideoId())))
                    .extracting(r -> r.getBefore().getVideoId())
                    .as("each once but the one that is not stored any more")
                    .containsExactlyInAnyOrder(ids.get(0), ids.get(1), ids.get(2), ids.get(3), ids.get(5));
            List<CurationDecision> anew = decisions.now(
                    d -> ids.contains(d.getVideoId()) && d.getNetwork().equals("brightness18"));
            assertThat(anew).extracting(CurationDecision::getVideoId).hasSize(5).doesNotHaveDuplicates();
            assertThat(anew)
                    .filteredOn(d -> !d.getVideoId().equals(ids.get(5)))
                    .as("so that decode leaves them alone")
                    .allMatch(d -> d.getAccepted() && d.getFirstAcceptedAtMs() > 0);
        }
    }

    /** One that is not among those of other tests. */
    private String another(TestSystem system, int shade) throws Exception {
        return TestVideos.store(system, directory.resolve("another" + shade + ".mp4"), 101, shade, "");
    }

    private static long judgedBy(Tail<CurationDecision> decisions, String network, List<String> ids) {
        return decisions
                .now(d -> d.getNetwork().equals(network) && ids.contains(d.getVideoId()))
                .size();
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
