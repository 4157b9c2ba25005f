package org.vito.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.protocol.Reason;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CheckpointAnnouncement;
import org.vito.protocol.v1.Clip;
import org.vito.protocol.v1.DeadLetter;
import org.vito.protocol.v1.EvaluationScore;
import org.vito.protocol.v1.Metric;
import org.vito.protocol.v1.ScoreState;
import org.vito.protocol.v1.TrainingStep;

/**
 * {@code vito run} over a directory of videos, good and bad: one run, looked at from every side once it has trained to its
 * end and every checkpoint is scored.
 */
@Tag("system")
class WholeSystemTest {
    private static final Logger log = LoggerFactory.getLogger(WholeSystemTest.class);
    private static final int GENERATED = 6;
    private static final int STEPS = 240;
    private static final int CLIPS = 8; // of a batch
    private static final Duration TRAINING = Duration.ofMinutes(4);

    /** Reasons for which each bad file may be refused. */
    private static final Map<String, Set<Reason>> BAD = Map.of(
            "truncated.mp4", Set.of(Reason.NOT_A_VIDEO, Reason.DAMAGED_VIDEO),
            "text.mp4", Set.of(Reason.NOT_A_VIDEO),
            "empty.mp4", Set.of(Reason.EMPTY),
            "no-frames.mp4", Set.of(Reason.NOT_A_VIDEO, Reason.DAMAGED_VIDEO, Reason.TOO_SHORT),
            "short.mp4", Set.of(Reason.TOO_SHORT));

    @TempDir
    private static Path directory;

    private static SystemUnderTest system;
    private static URI page;
    private static int real;

    @BeforeAll
    static void runToTheEnd() throws Exception {
        Path videos = Files.createDirectory(directory.resolve("videos"));
        for (int number = 0; number < GENERATED; number++) {
            Videos.generate(videos.resolve("generated" + number + ".mp4"), number, 11);
        }
        for (Path clip : Videos.real()) {
            Files.copy(clip, videos.resolve(clip.getFileName().toString()));
            real++;
        }
        Videos.truncated(videos.resolve("truncated.mp4"));
        Files.writeString(videos.resolve("text.mp4"), "This is not a video.\n".repeat(100));
        Files.createFile(videos.resolve("empty.mp4"));
        Videos.withoutFrames(videos.resolve("no-frames.mp4"));
        Videos.generate(videos.resolve("short.mp4"), 92, 1);
        Path labelled = Videos.labelled(directory.resolve("labelled"), 3, 12, 6);

        system = new SystemUnderTest(directory);
        VitoProcess run = system.start(
                "run",
                "--config",
                new File(WholeSystemTest.class.getResource("/tiny.conf").toURI()).getPath(),
                "--videos",
                videos.toString(),
                "--labelled",
                labelled.toString(),
                "--port",
                "0");
        page = URI.create(system.said(run, Pattern.compile("page +(http\\S+)")));
        system.await(Topics.TRAINING, "the last step", TRAINING, steps -> steps.stream()
                .anyMatch(s -> s.getStep() == STEPS));
        system.await(Topics.CHECKPOINTS, "the last checkpoint", Duration.ofSeconds(30), all -> all.stream()
                .anyMatch(c -> c.getStep() == STEPS));
        system.await(
                Topics.SCORES,
                "both scores of the last checkpoint",
                Duration.ofSeconds(60),
                WholeSystemTest::lastScored);
        system.await(
                Topics.DEAD_LETTERS,
                "a letter for each bad file",
                Duration.ofSeconds(60),
                letters -> BAD.keySet().stream().allMatch(name -> letters.stream()
                        .anyMatch(l -> l.getSubject().contains(name))));
    }

    @AfterAll
    static void end() {
        system.close();
    }

    private static boolean lastScored(List<EvaluationScore> scores) {
        return scores.stream()
                        .filter(s -> s.getStep() == STEPS && s.getState() == ScoreState.SCORED)
                        .map(EvaluationScore::getTask)
                        .distinct()
                        .count()
                == 2;
    }

    @Test
    void realVideosAreThere() {
        Needs.that(real >= 5, "a directory of real sample videos (tests/target/clips)");
    }

    @Test
    void everyGoodVideoBecomesClips() {
        List<Clip> clips = system.log(Topics.CLIPS).messages();
        Map<String, Long> ofVideo =
                clips.stream().collect(Collectors.groupingBy(Clip::getVideoId, Collectors.counting()));
        Set<String> accepted = system.log(Topics.CURATED).messages().stream()
                .filter(d -> d.getAccepted())
                .map(d -> d.getVideoId())
                .collect(Collectors.toSet());
        assertThat(accepted).hasSize(GENERATED + real - refusedReal());
        assertThat(ofVideo.keySet()).isEqualTo(accepted);
        assertThat(ofVideo.values().stream().filter(n -> n == 4).count())
                .as("an 11 s video has four windows of 2.56 s")
                .isGreaterThanOrEqualTo(GENERATED);
        assertThat(clips).extracting(Clip::getClipId).doesNotHaveDuplicates();
        assertThat(clips).allSatisfy(clip -> {
            assertThat(clip.getLengthUs()).isEqualTo(2_560_000);
            assertThat(clip.getFramesList()).hasSize(8).allSatisfy(frame -> {
                assertThat(frame.getWantedUs()).isBetween(clip.getStartUs(), clip.getStartUs() + clip.getLengthUs());
                assertThat(frame.getJpeg().isEmpty()).isFalse();
            });
        });
    }

    /** Only steps whose clips are of eight videos compare: fewer videos are fewer negatives, and so an easier question. */
    @Test
    void lossFalls() {
        Map<TrainingAccount.Position, String> videos = system.log(Topics.CLIPS).entries().stream()
                .collect(Collectors.toMap(e -> new TrainingAccount.Position(e.partition(), e.offset()), e -> e.message()
                        .getVideoId()));
        TrainingAccount account =
                new TrainingAccount(system.log(Topics.TRAINING).messages());
        assertThat(account.steps()).hasSize(STEPS).allMatch(step -> Double.isFinite(step.getLoss()));
        List<Double> losses = account.steps().stream()
                .filter(step -> TrainingAccount.positions(step).stream()
                                .map(videos::get)
                                .distinct()
                                .count()
                        == CLIPS)
                .map(TrainingStep::getLoss)
                .toList();
        assertThat(losses).as("steps of eight videos").hasSizeGreaterThan(STEPS / 3);
        double first = mean(losses.subList(0, 20));
        double last = mean(losses.subList(losses.size() - 20, losses.size()));
        log.info("mean loss of the first and of the last twenty steps of eight videos: {} and {}", first, last);
        assertThat(last).as("mean loss of the last twenty steps").isLessThan(.9 * first);
    }

    @Test
    void everyClipIsTakenOnceAnEpoch() {
        TreeSet<TrainingAccount.Position> produced = system.log(Topics.CLIPS).entries().stream()
                .map(e -> new TrainingAccount.Position(e.partition(), e.offset()))
                .collect(Collectors.toCollection(TreeSet::new));
        TrainingAccount account =
                new TrainingAccount(system.log(Topics.TRAINING).messages());
        account.assertNoStepIsMissing(CLIPS);
        assertThat(account.epochs()).as("more than one pass over the data").isGreaterThan(1);
        account.assertEachClipOnceAnEpoch(produced);
    }

    @Test
    void everyCheckpointIsAnnouncedAndScored() {
        Set<Long> announced = system.log(Topics.CHECKPOINTS).messages().stream()
                .map(CheckpointAnnouncement::getStep)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(announced).contains(0L, 40L, 80L, 120L, 160L, 200L, 240L);
        Map<String, EvaluationScore> last = new TreeMap<>();
        system.log(Topics.SCORES).messages().forEach(s -> last.put(Topics.SCORES.key(s), s));
        assertThat(last.values())
                .filteredOn(s -> s.getStep() == STEPS)
                .hasSize(2)
                .allSatisfy(score -> {
                    assertThat(score.getState()).isEqualTo(ScoreState.SCORED);
                    assertThat(score.getMetricsList())
                            .extracting(Metric::getName)
                            .contains("top1");
                    assertThat(score.getMetricsList())
                            .allSatisfy(m -> assertThat(m.getValue()).isBetween(0., 1e9));
                });
    }

    @Test
    void everyBadFileIsADeadLetterWithItsReason() {
        List<DeadLetter> letters = system.log(Topics.DEAD_LETTERS).messages();
        BAD.forEach((name, reasons) -> assertThat(letters)
                .filteredOn(l -> l.getSubject().contains(name))
                .as(name)
                .isNotEmpty()
                .allSatisfy(letter -> {
                    assertThat(reasons).contains(Reason.valueOf(letter.getReasonCode()));
                    assertThat(letter.getMessage()).isNotBlank();
                    assertThat(letter.getStage()).startsWith("ingest");
                    assertThat(letter.getValue().isEmpty())
                            .as("can be replayed")
                            .isFalse();
                }));
        assertThat(letters)
                .filteredOn(l -> l.getSubject().contains("generated"))
                .as("good videos are not refused")
                .isEmpty();
    }

    @Test
    void thePageShowsItAll() throws Exception {
        Needs.that(Page.canBeOpened(), "Chromium with chromedriver");
        try (Page shown = Page.open(page, directory.resolve("browser"))) {
            system.guarded(() -> {
                shown.awaitText("run-step", text -> text.contains("240"));
                shown.awaitText("run-loss", text -> text.matches(".*\\d\\.\\d+.*"));
                shown.awaitText("run-stalled", text -> text.matches("[\\d.]+.%"));
                return true;
            });
            assertThat(shown.attribute("loss-chart", "data-points")).matches("[1-9]\\d*");
            assertThat(shown.painted("loss-chart"))
                    .as("the curve of the loss is drawn")
                    .isTrue();
            shown.awaitRows("scores", rows -> Stream.of("knn", "linear", "240")
                    .allMatch(part -> rows.stream().anyMatch(row -> row.contains(part))));
            system.guarded(() -> {
                shown.awaitPictures("decisions", GENERATED + real - refusedReal());
                return true;
            });
            assertThat(shown.text("decisions")).contains("accepted", "Every video is accepted by this rule.");
            system.guarded(() -> {
                shown.awaitPictures("pictures", 2);
                return true;
            });
            assertThat(shown.text("pictures")).contains("nearest neighbours", "where attention looks");
            int bad = BAD.size() + refusedReal();
            int good = GENERATED + real - refusedReal();
            Pattern counts = Pattern.compile(" " + (good + bad) + " " + good + " " + bad + " [0-9.]+ [KM]iB");
            shown.awaitRows(
                    "sources",
                    rows -> rows.size() == 1
                            && rows.get(0).contains("watch:")
                            && counts.matcher(rows.get(0)).find());
            shown.awaitRows("dead-letters", rows -> BAD.keySet().stream()
                    .allMatch(name -> rows.stream().anyMatch(row -> row.contains(name))));
            assertThat(shown.complaints())
                    .as("the browser complains of nothing")
                    .isEmpty();
        }
    }

    /** Real clips that cannot be taken in have a letter too. */
    private static int refusedReal() {
        List<DeadLetter> letters = system.log(Topics.DEAD_LETTERS).messages();
        Set<String> subjects = letters.stream().map(DeadLetter::getSubject).collect(Collectors.toSet());
        try {
            return (int) Videos.real().stream()
                    .filter(clip -> subjects.stream().anyMatch(s -> s.endsWith("/" + clip.getFileName())))
                    .count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }
}
