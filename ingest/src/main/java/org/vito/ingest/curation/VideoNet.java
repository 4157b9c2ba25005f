package org.vito.ingest.curation;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.Explanation;
import org.vito.ingest.FrameClassifier;
import org.vito.ingest.curation.FrameLooks.Seen;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Evidence;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/**
 * VideoNet's rule: a video's title names a class of the vocabulary, and one of its first frames is classified as a class that
 * the title names. Short videos are left out. A name that several classes have asks about all of them; the classifier tells.
 */
final class VideoNet implements Curator {
    private final VideoNetSettings settings;
    private final Vocabulary vocabulary;
    private final TitleMatcher titles;
    private final @Nullable FrameClassifier classifier;
    private final VideoFrames frames;

    /**
     * What is asked of a video.
     *
     * @param decided the answer, if its frames have no say in it
     */
    private record Question(StoredVideo video, String says, TitleMatcher.Match match, @Nullable Explanation decided) {}

    /** A question whose frames are being decoded. */
    private record Begun(Question question, CompletionStage<List<Frame>> frames) {}

    /**
     * @param classifier closed with the rule; null to go by titles alone
     * @throws VitoException BAD_SETTING if the classifier tells another number of classes apart than the vocabulary has
     */
    VideoNet(
            VideoNetSettings settings,
            Vocabulary vocabulary,
            @Nullable FrameClassifier classifier,
            VideoFrames frames) {
        if (classifier != null && classifier.classes() != vocabulary.size()) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "the classifier %s tells %d classes apart, the vocabulary %s has %d; one must be made for the other"
                            .formatted(
                                    classifier.name(), classifier.classes(), settings.vocabulary(), vocabulary.size()));
        }
        this.settings = settings;
        this.vocabulary = vocabulary;
        this.titles = new TitleMatcher(vocabulary);
        this.classifier = classifier;
        this.frames = frames;
    }

    /**
     * The rule by its settings; may block for long.
     *
     * @throws VitoException if vocabulary or classifier cannot be used
     */
    static VideoNet load(Curators.Means means) {
        VideoNetSettings settings = means.videoNet();
        Vocabulary vocabulary = Vocabulary.load(settings.vocabularyFile());
        if (settings.weights().isBlank()) {
            return new VideoNet(settings, vocabulary, null, means.frames());
        }
        FrameClassifier classifier = means.networks().classifier(settings.weights());
        try {
            return new VideoNet(settings, vocabulary, classifier, means.frames());
        } catch (RuntimeException e) {
            classifier.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "videonet/1" + (classifier == null ? " titles" : " " + classifier.name());
    }

    @Override
    public List<Verdict> judge(List<StoredVideo> videos) {
        return verdicts(videos.stream().map(this::question).toList());
    }

    @Override
    public List<Verdict> judgeAgain(List<CurationDecision> before) {
        return verdicts(before.stream().map(this::question).toList());
    }

    private List<Verdict> verdicts(List<Question> questions) {
        return answers(questions).stream().map(VideoNet::verdict).toList();
    }

    /** While frames of a few videos are classified, those of the next ones are decoded. */
    private List<Explanation> answers(List<Question> questions) {
        List<Question> open =
                questions.stream().filter(each -> each.decided() == null).toList();
        Iterator<Explanation> looked = open.isEmpty()
                ? Collections.emptyIterator()
                : Ahead.inGroups(open, FrameLooks.together(settings.batch()), this::begin, this::look)
                        .iterator();
        return questions.stream()
                .map(each -> each.decided() != null ? each.decided() : looked.next())
                .toList();
    }

    private Begun begin(Question open) {
        return new Begun(open, frames.first(open.video(), settings.frames(), settings.every()));
    }

    private List<Explanation> look(List<Begun> begun) {
        FrameLooks looks = new FrameLooks(Objects.requireNonNull(classifier), settings.batch(), settings.lookAtAll());
        List<List<Seen>> seen = looks.at(begun.stream()
                .map(each -> new FrameLooks.Asked(
                        VideoFrames.await(each.frames()),
                        each.question().match().classes()))
                .toList());
        return IntStream.range(0, begun.size())
                .mapToObj(i -> explain(
                        begun.get(i).question().says(), begun.get(i).question().match(), seen.get(i)))
                .toList();
    }

    private static Verdict verdict(Explanation why) {
        Comparator<Explanation.Judged> fittingFirst = Comparator.comparing(frame -> frame.fits() ? 0 : 1);
        Comparator<Explanation.Judged> surestFirst =
                Comparator.comparing(frame -> -frame.guesses().get(0).probability());
        List<Evidence> evidence = why.frames().stream()
                .sorted(fittingFirst.thenComparing(surestFirst))
                .map(frame -> Evidence.newBuilder()
                        .setPtsUs(frame.frame().getPtsUs())
                        .setLabel(frame.guesses().get(0).label())
                        .setScore(frame.guesses().get(0).probability())
                        .setOutput(frame.guesses().get(0).output())
                        .build())
                .toList();
        long pictureUs = evidence.isEmpty() ? -1 : evidence.get(0).getPtsUs();
        return new Verdict(why.accepted(), why.category(), why.reason(), evidence, ByteString.EMPTY, pictureUs);
    }

    @Override
    public Explanation explain(StoredVideo video) {
        return answers(List.of(question(video))).get(0);
    }

    private Question question(StoredVideo video) {
        return question(video, CurationDecision.getDefaultInstance());
    }

    /** @param before a decision on the video, whose evidence is taken if it is all that would be seen now */
    private Question question(CurationDecision before) {
        return question(before.getVideo(), before);
    }

    private Question question(StoredVideo video, CurationDecision before) {
        TitleMatcher.Match match = titles.match(video.getTitle());
        String says = "The title says "
                + match.names().stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
        return new Question(video, says, match, withoutLooking(video, says, match, before));
    }

    private @Nullable Explanation withoutLooking(
            StoredVideo video, String says, TitleMatcher.Match match, CurationDecision before) {
        long leastUs = settings.minimumDuration().toNanos() / 1000;
        if (video.getDurationUs() < leastUs) {
            return rejected("It lasts %s, less than %s.".formatted(seconds(video.getDurationUs()), seconds(leastUs)));
        }
        if (match.isEmpty()) {
            return rejected("Its title names none of %d classes.".formatted(vocabulary.size()));
        }
        if (classifier == null) {
            String label = vocabulary.label(match.classes().first());
            return new Explanation(true, label, says + ".", match.names(), List.of());
        }
        List<Seen> seen = before.getCurator().equals(name()) ? remembered(before, match.classes()) : List.of();
        return seen.isEmpty() ? null : explain(says, match, seen);
    }

    private static Explanation rejected(String reason) {
        return new Explanation(false, "", reason, List.of(), List.of());
    }

    /** What a decision of the same classifier saw, in order; nothing if that does not answer the question. */
    private List<Seen> remembered(CurationDecision before, SortedSet<Integer> wanted) {
        List<Evidence> evidence = before.getEvidenceList();
        if (!evidence.stream().allMatch(one -> one.hasOutput() && one.getOutput() < vocabulary.size())) {
            return List.of();
        }
        boolean fits = evidence.stream().anyMatch(one -> wanted.contains(one.getOutput()));
        boolean answers = (fits && !settings.lookAtAll()) || evidence.size() >= firstFrames(before.getVideo());
        return !answers
                ? List.of()
                : evidence.stream()
                        .sorted(Comparator.comparingLong(Evidence::getPtsUs))
                        .map(one -> new Seen(
                                Frame.newBuilder().setPtsUs(one.getPtsUs()).build(),
                                List.of(one.getOutput()),
                                List.of(one.getScore())))
                        .toList();
    }

    /** How many frames at least are looked at if none fits, as far as the frame rate tells. */
    private long firstFrames(StoredVideo video) {
        double rate = video.getFramesPerSecond() > 0 ? video.getFramesPerSecond() : 25;
        long frames = Math.min(settings.frames(), (long) Math.ceil(video.getDurationUs() * rate / 1e6));
        return Math.max(1, frames / settings.every());
    }

    private Explanation explain(String says, TitleMatcher.Match match, List<Seen> seen) {
        List<Explanation.Judged> judged =
                seen.stream().map(found -> judged(found, match.classes())).toList();
        Optional<Seen> best = seen.stream()
                .filter(found -> match.classes().contains(found.label()))
                .max(Comparator.comparingDouble(Seen::score));
        if (best.isEmpty()) {
            String reason = "%s; none of %d frames shows it%s.".formatted(says, seen.size(), most(seen));
            return new Explanation(false, "", reason, match.names(), judged);
        }
        Seen found = best.get();
        String reason = "%s; %d of %d frames show it, that at %s the surest (%.2f)."
                .formatted(
                        says,
                        judged.stream().filter(Explanation.Judged::fits).count(),
                        seen.size(),
                        seconds(found.frame().getPtsUs()),
                        found.score());
        return new Explanation(true, vocabulary.label(found.label()), reason, match.names(), judged);
    }

    private Explanation.Judged judged(Seen found, SortedSet<Integer> wanted) {
        List<Explanation.Guess> guesses = IntStream.range(0, found.labels().size())
                .mapToObj(i -> new Explanation.Guess(
                        vocabulary.label(found.labels().get(i)),
                        found.labels().get(i),
                        found.scores().get(i)))
                .toList();
        return new Explanation.Judged(found.frame(), wanted.contains(found.label()), guesses);
    }

    private String most(List<Seen> seen) {
        Map<Integer, Long> times =
                seen.stream().collect(Collectors.groupingBy(Seen::label, TreeMap::new, Collectors.counting()));
        return times.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> ", most show %s (%d)".formatted(vocabulary.label(entry.getKey()), entry.getValue()))
                .orElse("");
    }

    private static String seconds(long us) {
        return String.format(Locale.ROOT, "%.2f s", Math.floor(us / 1e4) / 100); // so that 9.999 is not called 10
    }

    @Override
    public void close() {
        if (classifier != null) {
            classifier.close();
        }
    }
}
