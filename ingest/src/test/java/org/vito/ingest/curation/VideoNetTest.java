package org.vito.ingest.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vito.ingest.Explanation;
import org.vito.ingest.FrameClassifier;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

class VideoNetTest {
    private static final Vocabulary VOCABULARY =
            Vocabulary.of(List.of(List.of("goldfish"), List.of("crane"), List.of("crane"), List.of("beaver")));
    private static final VideoNetSettings SETTINGS =
            new VideoNetSettings("classes.txt", "weights", Duration.ofSeconds(10), 10, 1, 4, false);

    /** Sees in frame i of a video what is said here, and counts what it was asked. */
    private static final class Said implements FrameClassifier {
        private final int[] shown;
        private final List<Integer> batches = new ArrayList<>();
        private Runnable before = () -> {};

        Said(int... shown) {
            this.shown = shown;
        }

        @Override
        public String name() {
            return "said";
        }

        @Override
        public int classes() {
            return VOCABULARY.size();
        }

        @Override
        public float[][] classify(List<Frame> frames) {
            before.run();
            batches.add(frames.size());
            return frames.stream()
                    .map(frame -> {
                        int number = (int) (frame.getPtsUs() / 1000);
                        float[] row = {0.1f, 0.1f, 0.1f, 0.1f};
                        row[shown[number]] = 0.5f + number / 100f;
                        return row;
                    })
                    .toArray(float[][]::new);
        }

        @Override
        public void close() {}
    }

    /** Frames that are told apart by their times alone. */
    private static final class Counted implements VideoFrames {
        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public CompletionStage<List<Frame>> first(StoredVideo video, int count, int every) {
            asked.incrementAndGet();
            return CompletableFuture.completedStage(IntStream.iterate(every / 2, i -> i < count, i -> i + every)
                    .mapToObj(i -> Frame.newBuilder().setPtsUs(i * 1000L).build())
                    .toList());
        }

        @Override
        public CompletionStage<List<Frame>> spread(StoredVideo video, int count) {
            throw new AssertionError("the first ones are what counts");
        }
    }

    private static Curator.Verdict judge(VideoNetSettings settings, FrameClassifier classifier, StoredVideo video) {
        try (VideoNet rule = new VideoNet(settings, VOCABULARY, classifier, new Counted())) {
            return rule.judge(List.of(video)).get(0);
        }
    }

    private static StoredVideo video(String title, double seconds) {
        return StoredVideo.newBuilder()
                .setTitle(title)
                .setDurationUs((long) (seconds * 1e6))
                .build();
    }

    @Test
    void itIsTakenIfAFrameShowsWhatTheTitleSays() {
        Said said = new Said(3, 0, 3, 3, 3, 3, 0, 3, 0, 0);
        Curator.Verdict verdict = judge(SETTINGS, said, video("My Goldfish", 12));
        assertThat(verdict.accepted()).isTrue();
        assertThat(verdict.category()).isEqualTo("goldfish");
        assertThat(verdict.reason())
                .isEqualTo("The title says 'goldfish'; 2 of 8 frames show it, that at 0.00 s the surest (0.56).");
        assertThat(said.batches).containsExactly(4, 4); // and no further
        assertThat(verdict.evidence()).extracting(Evidence::getPtsUs).startsWith(6000L, 1000L, 7000L);
        assertThat(verdict.evidence()).hasSize(8);
    }

    @Test
    void aFewFramesFromAllOverAreLookedAtFirst() {
        Said said = new Said(3, 3, 3, 3, 3, 3, 3, 0, 3, 3);
        Curator.Verdict verdict = judge(SETTINGS, said, video("goldfish", 12));
        assertThat(verdict.accepted()).isTrue();
        assertThat(said.batches).containsExactly(4);
        assertThat(verdict.evidence())
                .extracting(Evidence::getPtsUs)
                .containsExactlyInAnyOrder(0L, 2000L, 5000L, 7000L);
        Explanation why;
        try (VideoNet rule =
                new VideoNet(SETTINGS, VOCABULARY, new Said(3, 0, 3, 3, 3, 3, 3, 3, 3, 3), new Counted())) {
            why = rule.explain(video("goldfish", 12));
        }
        assertThat(why.frames())
                .as("told in the order of the video")
                .extracting(each -> each.frame().getPtsUs())
                .containsExactly(0L, 1000L, 2000L, 3000L, 4000L, 5000L, 6000L, 7000L);
    }

    @Test
    void whileOneIsClassifiedAFewOfTheNextAreDecoded() {
        Counted frames = new Counted();
        Said said = new Said(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        List<Integer> asked = new ArrayList<>();
        said.before = () -> asked.add(frames.asked.get());
        try (VideoNet rule = new VideoNet(SETTINGS, VOCABULARY, said, frames)) {
            List<StoredVideo> videos = IntStream.range(0, 12)
                    .mapToObj(i -> video(i == 1 ? "nothing" : "goldfish", 12))
                    .toList();
            assertThat(rule.judge(videos))
                    .extracting(Curator.Verdict::accepted)
                    .containsExactly(true, false, true, true, true, true, true, true, true, true, true, true);
            assertThat(asked).containsExactly(9, 10, 11, 11, 11, 11, 11, 11, 11, 11, 11);
        }
    }

    @Test
    void firstFramesOfSeveralVideosAreClassifiedTogether() {
        VideoNetSettings many = new VideoNetSettings("classes.txt", "weights", Duration.ofSeconds(10), 10, 1, 8, false);
        Said said = new Said(3, 3, 3, 3, 1, 3, 3, 0, 3, 3); // of the first few one shows a goldfish, none a crane
        try (VideoNet rule = new VideoNet(many, VOCABULARY, said, new Counted())) {
            List<StoredVideo> videos = List.of(
                    video("goldfish", 12),
                    video("nothing", 12),
                    video("crane", 12),
                    video("goldfish", 12),
                    video("beaver", 12),
                    video("goldfish", 12));
            List<Curator.Verdict> verdicts = rule.judge(videos);
            assertThat(verdicts)
                    .extracting(Curator.Verdict::category)
                    .containsExactly("goldfish", "", "crane #1", "goldfish", "beaver", "goldfish");
            assertThat(verdicts)
                    .extracting(verdict -> verdict.evidence().size())
                    .containsExactly(4, 0, 10, 4, 4, 4);
            assertThat(said.batches)
                    .as("eight frames of two videos, then six of one")
                    .containsExactly(8, 6, 8, 4);
        }
    }

    @Test
    void allFramesAreLookedAtIfAsked() {
        Said said = new Said(3, 3, 3, 3, 3, 0, 0, 3, 0, 0);
        VideoNetSettings all = new VideoNetSettings("classes.txt", "weights", Duration.ofSeconds(10), 10, 1, 4, true);
        assertThat(judge(all, said, video("goldfish", 12)).reason()).contains("4 of 10 frames");
        assertThat(said.batches).containsExactly(4, 4, 2);
    }

    @Test
    void ofTheFirstFramesOneOfEverySoManyIsLookedAtIfAsked() {
        Said said = new Said(0, 0, 3, 0, 0, 0, 0, 1, 0, 0);
        VideoNetSettings some = new VideoNetSettings("classes.txt", "weights", Duration.ofSeconds(10), 10, 5, 4, false);
        Curator.Verdict verdict = judge(some, said, video("goldfish", 12));
        assertThat(verdict.reason())
                .isEqualTo("The title says 'goldfish'; none of 2 frames shows it, most show crane #1 (1).");
        assertThat(verdict.evidence()).extracting(Evidence::getPtsUs).containsExactlyInAnyOrder(2000L, 7000L);
        assertThat(said.batches).containsExactly(2);
        Said none = new Said();
        try (VideoNet rule = new VideoNet(some, VOCABULARY, none, new Counted())) {
            CurationDecision before = decision(video("goldfish", 12), verdict);
            assertThat(rule.judgeAgain(List.of(before)).get(0).reason()).isEqualTo(verdict.reason());
            assertThat(none.batches).as("all that would be looked at was").isEmpty();
        }
        Said all = new Said(0, 0, 3, 0, 0, 0, 0, 1, 0, 0);
        try (VideoNet rule = new VideoNet(SETTINGS, VOCABULARY, all, new Counted())) {
            CurationDecision before = decision(video("goldfish", 12), verdict);
            assertThat(rule.judgeAgain(List.of(before)).get(0).accepted()).isTrue();
            assertThat(all.batches).as("two of ten do not answer for all").isNotEmpty();
        }
    }

    @Test
    void ofTheClassesThatANameHasTheClassifierTellsWhich() {
        Curator.Verdict verdict = judge(SETTINGS, new Said(3, 2, 3, 3, 3, 3, 3, 3, 3, 3), video("a crane at work", 10));
        assertThat(verdict.accepted()).isTrue();
        assertThat(verdict.category()).isEqualTo("crane #2");
    }

    @Test
    void itIsLeftOutIfNoFrameShowsIt() {
        Said said = new Said(3, 3, 3, 3, 3, 1, 3, 3, 3, 3);
        Curator.Verdict verdict = judge(SETTINGS, said, video("goldfish", 12));
        assertThat(verdict.accepted()).isFalse();
        assertThat(verdict.category()).isEmpty();
        assertThat(verdict.reason())
                .isEqualTo("The title says 'goldfish'; none of 10 frames shows it, most show beaver (9).");
        assertThat(verdict.evidence()).hasSize(10);
    }

    @Test
    void titlesThatNameNothingAndShortVideosCostNoLook() {
        Said said = new Said();
        assertThat(judge(SETTINGS, said, video("goldfishes", 12)).reason())
                .isEqualTo("Its title names none of 4 classes.");
        assertThat(judge(SETTINGS, said, video("goldfish", 9.999)).reason())
                .isEqualTo("It lasts 9.99 s, less than 10.00 s.");
        assertThat(said.batches).isEmpty();
    }

    private static CurationDecision decision(StoredVideo video, Curator.Verdict verdict) {
        return CurationDecision.newBuilder()
                .setVideo(video)
                .setCurator("videonet/1 said")
                .addAllEvidence(verdict.evidence())
                .build();
    }

    @Test
    void whatTheSameClassifierSawIsNotLookedAtAgain() {
        Vocabulary renamed = Vocabulary.of(
                List.of(List.of("goldfish"), List.of("heron"), List.of("crane"), List.of("castor", "beaver")));
        StoredVideo video = video("A beaver", 12);
        Said first = new Said(0, 0, 0, 3, 0, 0, 0, 0, 0, 0);
        Curator.Verdict before = judge(SETTINGS, first, video);
        assertThat(before.category()).isEqualTo("beaver");
        Said said = new Said();
        try (VideoNet rule = new VideoNet(SETTINGS, renamed, said, new Counted())) {
            Curator.Verdict again =
                    rule.judgeAgain(List.of(decision(video, before))).get(0);
            assertThat(again.accepted()).isTrue();
            assertThat(again.category()).isEqualTo("castor");
            assertThat(again.reason()).isEqualTo(before.reason());
            assertThat(again.evidence())
                    .extracting(Evidence::getPtsUs, Evidence::getOutput)
                    .containsExactlyElementsOf(before.evidence().stream()
                            .map(e -> tuple(e.getPtsUs(), e.getOutput()))
                            .toList());
            assertThat(said.batches).isEmpty();
        }
    }

    @Test
    void whatWasSeenIsLookedAtAgainWhereItDoesNotAnswer() {
        StoredVideo beaver = video("A beaver", 12);
        Curator.Verdict before = judge(SETTINGS, new Said(0, 0, 3, 0, 0, 0, 1, 0, 0, 0), beaver);
        assertThat(before.evidence()).hasSize(4);
        StoredVideo crane = beaver.toBuilder().setTitle("A crane").build(); // as if the vocabulary said so
        Said more = new Said(0, 0, 3, 0, 0, 0, 1, 0, 0, 0);
        try (VideoNet rule = new VideoNet(SETTINGS, VOCABULARY, more, new Counted())) {
            assertThat(rule.judgeAgain(List.of(decision(crane, before))).get(0).category())
                    .isEqualTo("crane #1");
            assertThat(more.batches).as("four of ten frames were seen").containsExactly(4, 4);
        }
        Said other = new Said(0, 0, 3, 0, 0, 0, 0, 0, 0, 0);
        try (VideoNet rule = new VideoNet(SETTINGS, VOCABULARY, other, new Counted())) {
            CurationDecision others = decision(beaver, before).toBuilder()
                    .setCurator("videonet/1 another")
                    .build();
            assertThat(rule.judgeAgain(List.of(others)).get(0).accepted()).isTrue();
            assertThat(other.batches).as("another classifier saw it").containsExactly(4);
        }
        Curator.Verdict whole = judge(SETTINGS, new Said(3, 3, 3, 3, 3, 1, 3, 3, 3, 3), video("goldfish", 12));
        Said none = new Said();
        try (VideoNet rule = new VideoNet(SETTINGS, VOCABULARY, none, new Counted())) {
            assertThat(rule.judgeAgain(List.of(decision(video("goldfish", 12), whole)))
                            .get(0)
                            .reason())
                    .isEqualTo("The title says 'goldfish'; none of 10 frames shows it, most show beaver (9).");
            assertThat(none.batches).as("all ten were seen").isEmpty();
        }
    }

    @Test
    void aClassifierOfOtherClassesIsRefused() {
        Vocabulary other = Vocabulary.of(List.of(List.of("goldfish")));
        assertThatThrownBy(() -> new VideoNet(SETTINGS, other, new Said(), new Counted()))
                .isInstanceOf(VitoException.class)
                .hasMessageContaining("said tells 4 classes apart, the vocabulary classes.txt has 1");
    }
}
