package org.vito.augment;

import java.util.List;

/**
 * A batch whose views are made.
 *
 * @param source the clips it was made of
 * @param buffer index of the buffer (in the list given to {@link BatchBuffers}) that holds the views
 * @param videoIds for each row an id of its video, equal for rows of the same video; 0 … clips-1
 * @param damaged clips that could not be used; their rows repeat another clip's views under that clip's video id
 * @param release gives the buffer back; call it exactly once
 */
@SuppressWarnings(
        "ArrayRecordComponent") // identity is what a batch in flight has, and the ids go into a tensor as they are
public record AugmentedBatch(
        ClipBatch source, int buffer, int[] videoIds, List<ClipBatch.Example> damaged, Runnable release) {}
