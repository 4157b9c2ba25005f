package org.vito.ingest.curation;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.Explanation;
import org.vito.ingest.FrameClassifier;
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
    private static final int GUESSES = 5; // of a frame that are told
    private static final int FEW = 4; // frames that are looked at before the others

    private final VideoNetSettings settings;
    private final Vocabulary vocabulary;
    private final TitleMatcher titles;
    private final @Nullable FrameClassifier classifier;
    private final VideoFrames frames;

    /** A frame and the classes that it was taken for, the surest first. */
    private record Seen(Frame frame, List<Integer> labels, List<Float> scores) {
        int label() {
            return labels.get(0);
        }

        float score() {
            return scores.get(0);
        }
    }

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
        return verdicts(videos, video -> begin(video, CurationDecision.getDefaultInstance()));
    }

    @Override
    public List<Verdict> judgeAgain(List<CurationDecision> before) {
        return verdicts(before, decision -> begin(decision.getVideo(), decision));
    }

    /** While frames of a case are classified, those of the next ones are decoded. */
    private static <T> List<Verdict> verdicts(List<T> cases, Function<T, Supplier<Explanation>> begin) {
        return Ahead.inOrder(cases, begin).stream().map(VideoNet::verdict).toList();
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
        return begin(video, CurationDecision.getDefaultInstance()).get();
    }

    /**
     * Has frames of the video decoded, if any are needed.
     *
     * @param before a decision on the video, whose evidence is taken if it is all that would be seen now
     * @return what waits for them and looks at them
     */
    private Supplier<Explanation> begin(StoredVideo video, CurationDecision before) {
        long leastUs = settings.minimumDuration().toNanos() / 1000;
        if (video.getDurationUs() < leastUs) {
            return () ->
                    rejected("It lasts %s, less than %s.".formatted(seconds(video.getDurationUs()), seconds(leastUs)));
        }
        TitleMatcher.Match match = titles.match(video.getTitle());
        if (match.isEmpty()) {
            return () -> rejected("Its title names none of %d classes.".formatted(vocabulary.size()));
        }
        String says = "The title says "
                + match.names().stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
        if (classifier == null) {
            String label = vocabulary.label(match.classes().first());
            return () -> new Explanation(true, label, says + ".", match.names(), List.of());
        }
        List<Seen> seen = before.getCurator().equals(name()) ? remembered(before, match.classes()) : List.of();
        if (!seen.isEmpty()) {
            return () -> explain(says, match, seen);
        }
        FrameClassifier network = classifier;
        CompletionStage<List<Frame>> first = frames.first(video, settings.frames());
        return () -> explain(says, match, look(network, VideoFrames.await(first), match.classes()));
    }

    private static Explanation rejected(String reason) {
        return new Explanation(false, "", reason, List.of(), List.of());
    }

    /** What the first frames show; no further than a batch in which one fits, unless the settings ask for all. */
    private List<Seen> look(FrameClassifier network, List<Frame> all, SortedSet<Integer> wanted) {
        List<Seen> seen = new ArrayList<>();
        for (List<Frame> batch : batches(all)) {
            float[][] probabilities = network.classify(batch);
            boolean fits = false;
            for (int i = 0; i < batch.size(); i++) {
                Seen found = surest(batch.get(i), probabilities[i]);
                seen.add(found);
                fits |= wanted.contains(found.label());
            }
            if (fits && !settings.lookAtAll()) {
                break;
            }
        }
        seen.sort(Comparator.comparingLong(found -> found.frame().getPtsUs()));
        return seen;
    }

    /** The frames in the order in which they are looked at: a few from all over first, as one that fits is enough. */
    private List<List<Frame>> batches(List<Frame> all) {
        int few = Math.min(FEW, settings.batch());
        if (all.size() <= few) {
            return all.isEmpty() ? List.of() : List.of(all);
        }
        List<Frame> first = new ArrayList<>();
        List<Frame> others = new ArrayList<>(all);
        for (int i = few - 1; i >= 0; i--) {
            first.add(0, others.remove(i * all.size() / few));
        }
        List<List<Frame>> batches = new ArrayList<>();
        batches.add(first);
        for (int begin = 0; begin < others.size(); begin += settings.batch()) {
            batches.add(others.subList(begin, Math.min(others.size(), begin + settings.batch())));
        }
        return batches;
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

    /** How many frames are looked at if none fits, as far as the frame rate tells. */
    private long firstFrames(StoredVideo video) {
        double rate = video.getFramesPerSecond() > 0 ? video.getFramesPerSecond() : 25;
        return Math.min(settings.frames(), (long) Math.ceil(video.getDurationUs() * rate / 1e6));
    }

    private static Seen surest(Frame frame, float[] probabilities) {
        List<Integer> labels = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing(i -> -probabilities[i]))
                .limit(GUESSES)
                .toList();
        return new Seen(
                frame, labels, labels.stream().map(i -> probabilities[i]).toList());
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
