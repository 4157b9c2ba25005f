package org.vito.learner.run;

import org.vito.learner.data.ClipOrder;
import org.vito.learner.data.ClipSource;
import org.vito.learner.data.DataState;
import org.vito.learner.data.EpochDecisions;
import org.vito.learner.data.KafkaClipSource;
import org.vito.learner.data.OrderListener;
import org.vito.protocol.Platform;

/** Opens the order of clips of a run on Kafka. */
record Orders(Platform platform, RunSettings settings, EpochDecisions decisions) {
    /** The order that goes on from a state; called by the thread that will read. */
    ClipOrder open(DataState from, OrderListener listener) {
        ClipSource source = source("");
        ClipSource history = source;
        try {
            if (settings.order().replays()) {
                history = source("-history");
            }
            return new ClipOrder(source, history, settings.order(), decisions, from, listener);
        } catch (RuntimeException e) {
            source.close();
            if (history != source) {
                history.close();
            }
            throw e;
        }
    }

    private ClipSource source(String purpose) {
        return new KafkaClipSource(
                platform.kafka(),
                "vito-learner-" + settings.run() + purpose,
                settings.order().readTimeout(),
                platform.clock());
    }
}
