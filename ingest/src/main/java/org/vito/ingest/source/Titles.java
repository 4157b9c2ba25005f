package org.vito.ingest.source;

import java.net.URI;
import java.text.Normalizer;

/** Makes what others wrote as a title fit to be shown and searched: one line of visible characters, of bounded length. */
public final class Titles {
    private static final int LONGEST = 500; // characters

    private Titles() {}

    /** {@code text} in one line without control characters, in Unicode's composed form, at most 500 characters. */
    public static String clean(String text) {
        String bounded = text.length() > 4 * LONGEST ? text.substring(0, 4 * LONGEST) : text;
        String line = Normalizer.normalize(bounded, Normalizer.Form.NFC)
                .replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\p{Z}\\s]+", " ")
                .strip();
        if (line.length() <= LONGEST) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return line.substring(0, end).strip();
    }

    /** What the name of the file at {@code address} says: without extension, its separators as spaces. May be empty. */
    public static String fromAddress(URI address) {
        String path = address.getPath() == null ? "" : address.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return clean((dot > 0 ? name.substring(0, dot) : name).replaceAll("[_+.]+", " "));
    }
}
