package org.vito.learner.network;

/** What batch normalisation normalises by. */
public enum BatchStatistics {
    /** Mean and variance of each view of the batch; moving statistics follow them. */
    OWN,
    /** Mean and variance of each view of what all processes of the group have at a time; moving statistics follow them. */
    SHARED,
    /** The moving statistics, as they are. */
    MOVING
}
