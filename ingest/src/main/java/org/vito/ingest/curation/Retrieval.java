package org.vito.ingest.curation;

import java.util.List;

/** Which videos the images of a target set take, one after the other as they come. */
interface Retrieval extends AutoCloseable {
    /**
     * What is said of a video.
     *
     * @param category of the image that it is most like of those that take it, or empty
     * @param reason a sentence for people
     * @param images that speak for it, or that it is most like, the nearest first
     */
    record Answer(boolean taken, String category, String reason, List<VectorIndex.Neighbour> images) {
        public Answer {
            images = List.copyOf(images);
        }
    }

    /** Decides on a video, in place of what was decided on it before. */
    Answer decide(String videoId, float[] vector);

    @Override
    void close();
}
