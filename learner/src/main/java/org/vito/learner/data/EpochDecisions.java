package org.vito.learner.data;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the last word on when an epoch begins and what it consists of: the only thing in the order of clips that is no
 * function of the seed, since it depends on what the topic held at some moment. Whoever answers two orders of one seed with
 * the same decisions makes them give the same batches. Used by the thread of the order.
 */
@FunctionalInterface
public interface EpochDecisions {
    /** Takes every proposal and remembers none. */
    EpochDecisions UNRECORDED = (number, batch, proposal) -> proposal.get();

    /**
     * The plan of epoch {@code number}, asked for while batch {@code batch} is composed.
     *
     * @param proposal what the topic holds now; may wait for clips, and gives nothing if the epoch cannot begin yet
     * @return nothing if the epoch does not begin with this batch
     */
    @Nullable
    EpochPlan decide(long number, long batch, Supplier<@Nullable EpochPlan> proposal);
}
