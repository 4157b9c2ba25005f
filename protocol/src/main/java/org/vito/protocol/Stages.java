package org.vito.protocol;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The meters of every stage that runs in this process. */
public final class Stages {
    private final MeterRegistry registry;
    private final ConcurrentMap<String, StageMeter> meters = new ConcurrentHashMap<>();

    public Stages(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * The meter of {@code stage}, made on first use. Group and topic are empty where the stage reads none.
     *
     * @throws IllegalStateException if the stage has a meter that counts something else
     */
    public StageMeter meter(String stage, String unit, String consumerGroup, String inputTopic) {
        StageMeter meter =
                meters.computeIfAbsent(stage, s -> new StageMeter(s, unit, consumerGroup, inputTopic, registry));
        if (!List.of(unit, consumerGroup, inputTopic)
                .equals(List.of(meter.unit(), meter.consumerGroup(), meter.inputTopic()))) {
            throw new IllegalStateException("stage %s already counts %s of group '%s' from topic '%s'"
                    .formatted(stage, meter.unit(), meter.consumerGroup(), meter.inputTopic()));
        }
        return meter;
    }

    /** Every meter made so far. */
    public Collection<StageMeter> all() {
        return List.copyOf(meters.values());
    }

    /** Where the meters are registered, for further metrics of a role. */
    public MeterRegistry registry() {
        return registry;
    }
}
