package org.vito.ingest.curation;

import java.nio.file.Path;
import java.time.Duration;
import org.vito.protocol.Reason;
import org.vito.protocol.Settings;
import org.vito.protocol.VitoException;

/**
 * Settings of the rule {@code videonet}; every key is explained in {@code reference.conf} under {@code
 * vito.ingest.curate.videonet}.
 *
 * @param vocabulary file of the classes and their names; empty if none is given
 * @param weights of the classifier; empty to go by titles alone
 * @param minimumDuration shorter videos are left out
 * @param frames how many of the first frames count
 * @param every of how many of these one is classified
 * @param batch frames that are classified together
 * @param lookAtAll whether frames after one that fits are classified too
 */
public record VideoNetSettings(
        String vocabulary,
        String weights,
        Duration minimumDuration,
        int frames,
        int every,
        int batch,
        boolean lookAtAll) {
    /** Reads and checks them. */
    public static VideoNetSettings from(Settings s) {
        return new VideoNetSettings(
                s.text("vocabulary"),
                s.text("classifier"),
                s.duration("minimum-duration"),
                s.whole("frames", 1, 10_000),
                s.whole("every", 1, 10_000),
                s.whole("batch", 1, 1024),
                s.flag("look-at-all"));
    }

    /**
     * The vocabulary's file.
     *
     * @throws VitoException BAD_SETTING if none is given
     */
    Path vocabularyFile() {
        if (vocabulary.isBlank()) {
            throw new VitoException(
                    Reason.BAD_SETTING,
                    "the rule videonet needs vito.ingest.curate.videonet.vocabulary: a file with the names of one class a"
                            + " line, in the order of the classifier's outputs, separated by commas");
        }
        return Path.of(vocabulary);
    }
}
