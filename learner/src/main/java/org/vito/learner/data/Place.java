package org.vito.learner.data;

/** Where a record lies in the clips topic. */
public record Place(int partition, long offset) {}
