package org.vito.evaluator.plan;

import java.util.List;
import org.vito.protocol.v1.CheckpointAnnouncement;

/**
 * What an evaluator is given at a time: some tasks on one data set of one checkpoint, which share the features.
 *
 * @param attempt 1 = the first
 */
public record Job(CheckpointAnnouncement checkpoint, String dataSet, List<String> tasks, int attempt) {
    public Job {
        tasks = List.copyOf(tasks);
    }

    @Override
    public String toString() {
        return "%s@%d on %s".formatted(checkpoint.getRunId(), checkpoint.getStep(), dataSet);
    }
}
