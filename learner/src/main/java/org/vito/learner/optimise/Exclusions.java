package org.vito.learner.optimise;

import org.vito.learner.network.Variable;
import org.vito.protocol.Settings;

/**
 * Which parameters an optimiser spares weight decay, and LARS its trust ratio too.
 *
 * @param vectors biases, and scales and offsets of normalisations: what has one dimension
 * @param positionTables Swin's tables of relative position biases
 */
public record Exclusions(boolean vectors, boolean positionTables) {
    private static final String POSITION_TABLE = "relative_position_bias_table";

    static Exclusions from(Settings optimiser) {
        Settings exclude = optimiser.in("exclude");
        return new Exclusions(exclude.flag("vectors"), exclude.flag("position-tables"));
    }

    boolean contains(Variable parameter) {
        return (vectors && parameter.isVector())
                || (positionTables && parameter.name().endsWith(POSITION_TABLE));
    }
}
