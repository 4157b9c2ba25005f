package org.vito.ingest.curation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.CurationNetworks;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.StoredVideo;

/** The rules that can be named in the settings. */
public final class Curators {
    /**
     * What a rule may be made of.
     *
     * @param memory what was decided before; null where a single video is judged by itself
     */
    public record Means(
            VideoNetSettings videoNet,
            NeighbourSettings neighbours,
            CurationNetworks networks,
            VideoFrames frames,
            @Nullable Memory memory) {}

    /** What rules remember of earlier decisions. */
    public interface Memory {
        /** Directory for whatever can be made anew of the decisions. */
        Path directory();

        /** Shows every decision that was committed, the oldest of a partition first. Blocks. */
        void decisions(Consumer<CurationDecision> visitor);
    }

    private static final Map<String, Function<Means, Curator>> RULES =
            Map.of("accept-all", means -> new AcceptAll(), "videonet", VideoNet::load, "neighbours", Neighbours::load);

    private Curators() {}

    /** The names of the rules. */
    public static SortedSet<String> names() {
        return new TreeSet<>(RULES.keySet());
    }

    /**
     * Loads the rule called {@code name}; may block for long.
     *
     * @throws VitoException {@link Reason#BAD_SETTING} if there is none, or if it lacks something it needs
     */
    public static Curator load(String name, Means means) {
        Function<Means, Curator> rule = RULES.get(name);
        if (rule == null) {
            throw new VitoException(
                    Reason.BAD_SETTING, "no curation rule is called '" + name + "': expected one of " + names());
        }
        return rule.apply(means);
    }

    /**
     * The categories that the rule called {@code name} may give, as far as its settings tell; none for a rule that gives none.
     *
     * @throws VitoException if its vocabulary or target set cannot be read
     */
    public static List<String> categories(String name, VideoNetSettings videoNet, NeighbourSettings neighbours) {
        return switch (name) {
            case "videonet" -> Vocabulary.load(videoNet.vocabularyFile()).labels();
            case "neighbours" ->
                neighbours.targets().isBlank() ? List.of() : TargetSet.categories(neighbours.targetDirectory());
            default -> List.of();
        };
    }

    /** Takes every video: for collections that somebody has curated already. */
    private static final class AcceptAll implements Curator {
        @Override
        public String name() {
            return "accept-all/1";
        }

        @Override
        public List<Verdict> judge(List<StoredVideo> videos) {
            return videos.stream()
                    .map(v -> new Verdict(true, "", "Every video is accepted by this rule.", List.of()))
                    .toList();
        }
    }
}
