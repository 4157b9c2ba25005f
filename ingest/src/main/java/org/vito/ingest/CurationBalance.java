package org.vito.ingest;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.vito.ingest.curation.BalanceSettings;
import org.vito.ingest.curation.Curators;
import org.vito.ingest.index.IdTable;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.StageMeter;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.CategoryCount;
import org.vito.protocol.v1.CurationDecision;

/**
 * How many videos of each class were accepted, by the last decision on each, against what is wanted. A class is the category of
 * decisions; videos without one are not counted. Safe for use by several threads.
 */
public final class CurationBalance {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final int SHOWN = 12;

    private final BalanceSettings settings;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<long[]> counts = new ArrayList<>(); // [accepted, capped]
    private final BitSet expected = new BitSet(); // classes that the settings or the rule know of
    private final IdTable places = new IdTable(); // of each video: 2 * class + (capped ? 1 : 0)

    /**
     * One class.
     *
     * @param accepted videos
     * @param capped videos that the rule takes but the cap leaves out
     * @param target how many are wanted; 0 = no number
     * @param cap how many are allowed; 0 = any number
     */
    public record Standing(String category, long accepted, long capped, int target, int cap) {
        /** Videos that are wanted and not there. */
        public long missing() {
            return Math.max(0, target - accepted);
        }
    }

    /** None counted yet; of the classes those are known that the settings name. */
    CurationBalance(BalanceSettings settings) {
        this.settings = settings;
        settings.classes().keySet().forEach(name -> expected.set(number(name)));
    }

    /**
     * Makes the classes known that the settings' rule may give, so that what never came is known to be missing.
     *
     * @throws org.vito.protocol.VitoException if the rule's vocabulary or target set cannot be read
     */
    void expect(IngestSettings.Curate rule) {
        List<String> categories = Curators.categories(rule.rule(), rule.videoNet(), rule.neighbours());
        synchronized (this) {
            categories.forEach(name -> expected.set(number(name)));
        }
    }

    /**
     * Counts the decisions that Kafka holds now; blocks for as long as it takes to read them.
     *
     * @param config with {@code vito.ingest}
     * @return every class, what misses most first
     * @throws org.vito.protocol.VitoException if a setting cannot be used, or Kafka does not answer
     */
    public static List<Standing> read(KafkaAccess kafka, Config config) {
        IngestSettings.Curate settings = IngestSettings.from(config).curate();
        CurationBalance balance = new CurationBalance(settings.balance());
        balance.expect(settings);
        CommittedRecords.visit(kafka, Topics.CURATED, (record, decision) -> balance.note(decision));
        return balance.standings();
    }

    /** Counts a decision in place of the one before on its video. */
    synchronized void note(CurationDecision decision) {
        boolean counts = decision.getAccepted() || decision.getCapped();
        note(decision.getVideoId(), counts ? decision.getCategory() : "", decision.getCapped());
    }

    private void note(String videoId, String category, boolean capped) {
        if (!ID.matcher(videoId).matches()) {
            return;
        }
        long before = places.get(videoId);
        if (before != IdTable.ABSENT) {
            counts.get((int) (before >> 1))[(int) (before & 1)]--;
        }
        if (category.isEmpty()) {
            places.put(videoId, IdTable.ABSENT);
            return;
        }
        int number = number(category);
        places.put(videoId, 2L * number + (capped ? 1 : 0));
        counts.get(number)[capped ? 1 : 0]++;
    }

    private int number(String category) {
        return numbers.computeIfAbsent(category, name -> {
            names.add(name);
            counts.add(new long[2]);
            return names.size() - 1;
        });
    }

    /** Whether one more video of {@code category} is allowed, which {@code videoId} may be already. */
    synchronized boolean admits(String videoId, String category) {
        int cap = settings.of(category).cap();
        if (cap == 0 || category.isEmpty()) {
            return true;
        }
        int number = number(category);
        boolean itself = ID.matcher(videoId).matches() && places.get(videoId) == 2L * number;
        return counts.get(number)[0] - (itself ? 1 : 0) < cap;
    }

    /** How many videos {@code category} may have. */
    int cap(String category) {
        return settings.of(category).cap();
    }

    /** Every class, what misses most first; of those that miss as many, that which has fewest. */
    synchronized List<Standing> standings() {
        List<Standing> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            BalanceSettings.Limits limits = settings.of(names.get(i));
            long[] count = counts.get(i);
            if (!expected.get(i) && count[0] == 0 && count[1] == 0) {
                continue; // a class of decisions that were made anew
            }
            all.add(new Standing(names.get(i), count[0], count[1], limits.target(), limits.cap()));
        }
        all.sort(Comparator.comparingLong(Standing::missing)
                .reversed()
                .thenComparingLong(Standing::accepted)
                .thenComparing(Standing::category));
        return all;
    }

    /** What is missing, and of which classes most. */
    StageMeter.Scarcity scarcity() {
        List<Standing> all = standings();
        return new StageMeter.Scarcity(
                all.stream().mapToLong(Standing::missing).sum(),
                all.stream()
                        .filter(one -> one.missing() > 0)
                        .limit(SHOWN)
                        .map(one -> CategoryCount.newBuilder()
                                .setCategory(one.category())
                                .setAccepted(one.accepted())
                                .setTarget(one.target())
                                .build())
                        .toList());
    }
}
