package org.vito.ingest.curation;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.StoredVideo;

/** The rules that can be named in the settings. */
public final class Curators {
    private static final Map<String, Function<Curator.Ports, Curator>> RULES =
            Map.of("accept-all", ports -> new AcceptAll());

    private Curators() {}

    /** Whether there is a rule called {@code name}. */
    public static boolean isKnown(String name) {
        return RULES.containsKey(name);
    }

    /**
     * Loads the rule called {@code name}; may block for long.
     *
     * @throws VitoException {@link Reason#BAD_SETTING} if there is none, or if it needs a network that {@code ports} lacks
     */
    public static Curator load(String name, Curator.Ports ports) {
        Function<Curator.Ports, Curator> rule = RULES.get(name);
        if (rule == null) {
            throw new VitoException(
                    Reason.BAD_SETTING, "no curation rule is called '" + name + "': expected one of " + RULES.keySet());
        }
        return rule.apply(ports);
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
