package org.vito.ingest;

import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;

/** Where curation gets its networks from: whoever wires the system has them, this module only says what it needs them for. */
public interface CurationNetworks {
    /**
     * Loads a classifier; may block for long. The caller closes it.
     *
     * @param weights as the settings name them
     * @throws VitoException if there are no such weights, they cannot be read, or have no classifier
     */
    FrameClassifier classifier(String weights);

    /**
     * Loads a network for its features; may block for long. The caller closes it.
     *
     * @param weights as the settings name them
     * @throws VitoException if there are no such weights, or they cannot be read
     */
    FrameEmbedder embedder(String weights);

    /**
     * The name that {@link #embedder} of the same weights would have now, without loading it; another one than before where weights
     * name a run that has a newer checkpoint. May block.
     *
     * @throws VitoException if there are no such weights
     */
    String newest(String weights);

    /** No networks at all: asking for one is a fault of the settings. */
    static CurationNetworks none() {
        return new CurationNetworks() {
            @Override
            public FrameClassifier classifier(String weights) {
                throw new VitoException(Reason.BAD_SETTING, "there is no classifier in this process: " + weights);
            }

            @Override
            public String newest(String weights) {
                return "";
            }

            @Override
            public FrameEmbedder embedder(String weights) {
                throw new VitoException(Reason.BAD_SETTING, "there is no network in this process: " + weights);
            }
        };
    }
}
