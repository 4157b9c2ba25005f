package org.vito.learner.network;

/** What batch normalisation normalises by. */
public enum BatchStatistics {
    /** Mean and variance of each view of the batch; moving statistics follow them. */
    OWN,
    /** The moving statistics, as they are. */
    MOVING
}
