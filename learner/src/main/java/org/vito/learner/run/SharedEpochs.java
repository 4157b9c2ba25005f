package org.vito.learner.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vito.learner.data.EpochDecisions;
import org.vito.learner.data.EpochPlan;
import org.vito.learner.group.LearnerGroup;
import org.vito.learner.group.LearnerGroup.Channel;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/**
 * Epochs as the leader of a group decides them, so that all its learners make the same batches.
 *
 * @param leaders the leader's own way to decide; never asked elsewhere
 */
record SharedEpochs(LearnerGroup group, EpochDecisions leaders) implements EpochDecisions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public @Nullable EpochPlan decide(long number, long batch, Supplier<@Nullable EpochPlan> proposal) {
        EpochPlan own = group.leads() ? leaders.decide(number, batch, proposal) : null;
        if (group.size() == 1) {
            return own;
        }
        byte[] decided = group.exchange(Channel.DATA, json(own)).get(0);
        try {
            return JSON.readValue(decided, EpochPlan.class);
        } catch (IOException e) {
            throw new VitoException(Reason.INTERNAL, "the leader's decision on an epoch cannot be read: " + e, e);
        }
    }

    private static byte[] json(@Nullable EpochPlan plan) {
        try {
            return JSON.writeValueAsBytes(plan);
        } catch (JsonProcessingException e) {
            throw new VitoException(Reason.INTERNAL, "a decision on an epoch cannot be written: " + e, e);
        }
    }
}
