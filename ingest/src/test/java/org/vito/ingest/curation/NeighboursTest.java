package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vito.ingest.CurationNetworks;
import org.vito.ingest.FrameClassifier;
import org.vito.ingest.FrameEmbedder;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

class NeighboursTest {
    @TempDir
    Path directory;

    private final List<CurationDecision> decided = new ArrayList<>();
    private final Degrees network = new Degrees();

    /** What a frame holds are the degrees of its vector in the plane. */
    private static final class Degrees implements CurationNetworks, FrameEmbedder {
        private final List<Integer> batches = new ArrayList<>();

        @Override
        public FrameClassifier classifier(String weights) {
            throw new AssertionError("nothing is classified");
        }

        @Override
        public String newest(String weights) {
            return name();
        }

        @Override
        public FrameEmbedder embedder(String weights) {
            return this;
        }

        @Override
        public String name() {
            return "degrees@1";
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public float[][] embed(List<Frame> frames) {
            batches.add(frames.size());
            return frames.stream()
                    .map(frame -> vector(frame.getJpeg().toStringUtf8()))
                    .toArray(float[][]::new);
        }

        private static float[] vector(String degrees) {
            try {
                double angle = Math.toRadians(Double.parseDouble(degrees));
                return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
            } catch (NumberFormatException e) {
                throw new VitoException(Reason.BAD_DATA_SET, "no number: " + degrees, e);
            }
        }

        @Override
        public void close() {}
    }

    static NeighbourSettings settings(String targets, int neighbours, double duplicates) {
        return new NeighbourSettings(
                "weights",
                Duration.ZERO,
                new NeighbourSettings.Refill(0, Duration.ZERO, 1),
                4,
                duplicates,
                targets,
                NeighbourSettings.Way.SAMPLE,
                neighbours,
                new NeighbourSettings.Clusters(2, 1, 1));
    }

    private Neighbours rule(String targets, int neighbours) {
        return rule(targets, neighbours, 5);
    }

    /** A rule by which a video counts as the same as one before within so many degrees. */
    private Neighbours rule(String targets, int neighbours, double degrees) {
        return rule(settings(targets, neighbours, Math.cos(Math.toRadians(degrees))));
    }

    private Neighbours rule(NeighbourSettings settings) {
        Curators.Memory memory = new Curators.Memory() {
            @Override
            public Path directory() {
                return directory.resolve("curation");
            }

            @Override
            public void decisions(Consumer<CurationDecision> visitor) {
                decided.forEach(visitor);
            }
        };
        return Neighbours.load(new Curators.Means(
                new VideoNetSettings("", "", Duration.ZERO, 1, 1, 1, false),
                settings,
                network,
                new CuratorActorCommands.StillFrames(),
                memory));
    }

    private Curator.Verdict judge(Curator rule, String id, double degrees) {
        StoredVideo video = StoredVideo.newBuilder()
                .setVideoId(id)
                .setTitle(String.valueOf(degrees))
                .build();
        Curator.Verdict verdict = rule.judge(List.of(video)).get(0);
        decided.add(CurationDecision.newBuilder()
                .setVideoId(id)
                .setNetwork(rule.network())
                .setAccepted(verdict.accepted())
                .setEmbedding(verdict.embedding())
                .build());
        return verdict;
    }

    @Test
    void ofAChainOfNearDuplicatesTheFirstIsTaken() {
        try (Neighbours rule = rule("", 4)) {
            assertThat(judge(rule, "a", 0).accepted()).isTrue();
            Curator.Verdict second = judge(rule, "b", 4);
            assertThat(second.accepted()).isFalse();
            assertThat(second.reason()).contains("nearly the video a", "cosine 0.998");
            assertThat(second.evidence()).extracting(Evidence::getLabel).containsExactly("a");
            assertThat(judge(rule, "c", 8).accepted()).isFalse(); // like b, not like a
            Curator.Verdict other = judge(rule, "d", 20);
            assertThat(other.accepted()).isTrue();
            assertThat(other.reason()).isEqualTo("It is like none of 3 videos before (cosine 0.978 at most).");
            assertThat(Vectors.floats(other.embedding())[1]).isCloseTo(0.342f, within(1e-3f));
            assertThat(judge(rule, "d", 20).accepted()).isTrue(); // itself is no duplicate of itself
        }
    }

    @Test
    void framesOfSeveralVideosAreEmbeddedTogetherAndEachVideoIsComparedWithTheOnesBefore() {
        List<StoredVideo> videos = Stream.of(0, 4, 8, 20, 40, 60, 61, 80, 100, 102, 120, 0)
                .map(degrees -> StoredVideo.newBuilder()
                        .setVideoId(UUID.randomUUID().toString())
                        .setTitle(String.valueOf(degrees))
                        .build())
                .toList();
        try (Neighbours rule = rule("", 4)) {
            assertThat(rule.judge(videos))
                    .extracting(Curator.Verdict::accepted)
                    .containsExactly(true, false, false, true, true, true, false, true, true, false, true, false);
            assertThat(network.batches)
                    .as("of videos that have up to four frames each, and here one")
                    .containsExactly(5, 5, 2);
        }
    }

    @Test
    void whatWasSeenSurvivesOrIsMadeAnewOfTheDecisions() throws IOException {
        try (Neighbours rule = rule("", 4)) {
            judge(rule, "a", 0);
            judge(rule, "b", 4);
        }
        try (Neighbours rule = rule("", 4)) {
            assertThat(judge(rule, "c", 8).accepted()).isFalse();
        }
        Path index = directory.resolve("curation/degrees_1/seen");
        try (Stream<Path> files = Files.list(index)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (Neighbours rule = rule("", 4)) {
            assertThat(judge(rule, "d", 12).accepted()).isFalse(); // like c alone
            assertThat(judge(rule, "e", 90).reason()).contains("none of 4 videos");
        }
    }

    @Test
    void everyTargetTakesItsNearestVideosAsTheyCome() throws IOException {
        Path targets = directory.resolve("targets");
        Files.createDirectories(targets.resolve("bird"));
        Files.writeString(targets.resolve("bird/one.jpg"), "0");
        Files.writeString(Files.createDirectories(targets.resolve("fish")).resolve("two.png"), "90");
        Files.writeString(targets.resolve("fish/broken.png"), "no picture");
        Files.writeString(targets.resolve("fish/notes.txt"), "45");
        try (Neighbours rule = rule(targets.toString(), 2)) {
            Curator.Verdict first = judge(rule, "a", 40);
            assertThat(first.accepted()).isTrue();
            assertThat(first.category()).isEqualTo("bird");
            assertThat(first.reason())
                    .isEqualTo(
                            "It is among the 2 videos nearest to 2 of 2 targets, bird/one.jpg before all (cosine 0.766).");
            assertThat(judge(rule, "b", 60).category()).isEqualTo("fish");
            assertThat(judge(rule, "c", 80).category()).isEqualTo("fish"); // in place of a
            assertThat(judge(rule, "d", 70).accepted()).isTrue(); // in place of b
            assertThat(judge(rule, "e", 20).category()).isEqualTo("bird"); // in place of b there
            Curator.Verdict late = judge(rule, "f", 50);
            assertThat(late.accepted()).isFalse();
            assertThat(late.reason()).contains("not among the 2 videos nearest to any of 2 targets", "fish/two.png");
        }
        Files.delete(targets.resolve("fish/broken.png"));
        try (Neighbours again = rule(targets.toString(), 2)) { // and remembers how near they were
            assertThat(judge(again, "g", 53).accepted()).isFalse();
            assertThat(judge(again, "h", 10).accepted()).isTrue();
        }
        Files.delete(targets.resolve("fish/two.png"));
        try (Neighbours again = rule(targets.toString(), 2)) { // what is no target any more counts no more
            assertThat(judge(again, "i", 90).reason()).contains("of 1 targets");
        }
    }

    @Test
    void judgedAgainOneOfNearDuplicatesStays() {
        try (Neighbours rule = rule("", 4)) {
            judge(rule, "a", 0);
            judge(rule, "b", 4);
            judge(rule, "c", 8);
            judge(rule, "d", 20);
            assertThat(again(rule)).containsExactly("a", "d");
            assertThat(again(rule)).containsExactly("a", "d");
        }
        try (Neighbours rule = rule("", 4, 1)) { // b and c are no duplicates by this rule
            assertThat(again(rule)).containsExactly("a", "b", "c", "d");
        }
        try (Neighbours rule = rule("", 4, 15)) { // and now all but one are
            assertThat(again(rule)).hasSize(1);
        }
    }

    /** Judges all again by their vectors: there is no frame to look at. @return who is taken */
    private List<String> again(Curator rule) {
        return decided.stream()
                .filter(before -> rule.judgeAgain(List.of(before)).get(0).accepted())
                .map(CurationDecision::getVideoId)
                .toList();
    }

    @Test
    void everyClusterWithATargetTakesItsNumber() throws IOException {
        Path targets = directory.resolve("targets");
        Files.writeString(Files.createDirectories(targets.resolve("bird")).resolve("one.jpg"), "0");
        Files.writeString(Files.createDirectories(targets.resolve("fish")).resolve("two.png"), "90");
        try (Neighbours all = rule("", 1)) {
            judge(all, "p", 200);
            judge(all, "q", 212);
            judge(all, "r", 190);
        }
        NeighbourSettings settings = new NeighbourSettings(
                "weights",
                Duration.ZERO,
                new NeighbourSettings.Refill(0, Duration.ZERO, 1),
                4,
                2,
                targets.toString(),
                NeighbourSettings.Way.CLUSTER,
                1,
                new NeighbourSettings.Clusters(3, 1, 2));
        try (Neighbours rule = rule(settings)) {
            Curator.Verdict first = judge(rule, "a", 10);
            assertThat(first.accepted()).isTrue();
            assertThat(first.category()).isEqualTo("bird");
            assertThat(first.reason())
                    .isEqualTo("It is the video 1 of 2 of a cluster with 1 of 2 targets; it is most like bird/one.jpg"
                            + " (cosine 0.985).");
            assertThat(judge(rule, "b", 350).accepted()).isTrue();
            Curator.Verdict late = judge(rule, "c", 20);
            assertThat(late.accepted()).isFalse();
            assertThat(late.reason()).startsWith("It is of a cluster with 1 of 2 targets that has its 2 videos;");
            assertThat(judge(rule, "d", 100).category()).isEqualTo("fish");
            Curator.Verdict far = judge(rule, "e", 225);
            assertThat(far.accepted()).isFalse();
            assertThat(far.reason()).startsWith("It is of a cluster that holds 0 of 2 targets, fewer than 1;");
        }
        try (Neighbours rule = rule(settings)) { // which counts what the decisions tell
            assertThat(judge(rule, "f", 30).reason()).contains("has its 2 videos");
            assertThat(rule.judgeAgain(List.of(decided.get(3))).get(0).accepted())
                    .as("a, which is one of the two")
                    .isTrue();
            assertThat(judge(rule, "g", 80).accepted()).isTrue();
            assertThat(judge(rule, "h", 85).accepted()).isFalse();
        }
    }

    @Test
    void noTargetsAreRefused() {
        assertThatThrownBy(() -> rule(directory.resolve("none").toString(), 2))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("none cannot be read");
        assertThatThrownBy(() -> rule(directory.toString(), 2)).hasMessageContaining("no image that can be used");
    }
}
