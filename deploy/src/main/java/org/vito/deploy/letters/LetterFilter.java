package org.vito.deploy.letters;

import java.util.Set;
import java.util.function.Predicate;
import org.vito.protocol.v1.DeadLetter;

/**
 * Which letters are meant: those that fulfil every condition given.
 *
 * @param stages a stage or what it begins with, e.g. {@code ingest} for {@code ingest.fetch}; none = every stage
 * @param reasons reason codes; none = every reason
 * @param sinceMs written at this time or later, in milliseconds of the epoch
 */
public record LetterFilter(Set<String> stages, Set<String> reasons, long sinceMs) implements Predicate<DeadLetter> {
    public LetterFilter {
        stages = Set.copyOf(stages);
        reasons = Set.copyOf(reasons);
    }

    /** Every letter. */
    public static LetterFilter every() {
        return new LetterFilter(Set.of(), Set.of(), Long.MIN_VALUE);
    }

    @Override
    public boolean test(DeadLetter letter) {
        return (stages.isEmpty() || stages.stream().anyMatch(stage -> isWithin(letter.getStage(), stage)))
                && (reasons.isEmpty() || reasons.contains(letter.getReasonCode()))
                && letter.getAtMs() >= sinceMs;
    }

    private static boolean isWithin(String stage, String wanted) {
        return stage.equals(wanted) || stage.startsWith(wanted + ".");
    }
}
