package org.vito.ingest;

import java.util.List;
import org.vito.protocol.v1.Frame;

/**
 * Why a rule of curation takes a video or leaves it out, with everything it looked at.
 *
 * @param category the class it belongs to, or empty
 * @param reason a sentence for people
 * @param names of the vocabulary that the title has
 * @param frames that were classified, in order
 */
public record Explanation(boolean accepted, String category, String reason, List<String> names, List<Judged> frames) {
    /**
     * A frame and what it was taken for.
     *
     * @param fits whether that is what the title says
     * @param guesses the surest first, at most five
     */
    public record Judged(Frame frame, boolean fits, List<Guess> guesses) {
        public Judged {
            guesses = List.copyOf(guesses);
        }
    }

    /** A class, which of the classifier's outputs it is, and its probability. */
    public record Guess(String label, int output, float probability) {}

    public Explanation {
        names = List.copyOf(names);
        frames = List.copyOf(frames);
    }
}
