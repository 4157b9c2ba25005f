package org.vito.deploy.embed;

import java.util.OptionalLong;
import org.vito.protocol.Reason;

/** What became of one image or one frame of a video on its way to the network. */
public sealed interface Input {
    /** Name of the file, relative to the directory that was given, with slashes. */
    String path();

    /**
     * A picture to be encoded.
     *
     * @param timeUs of a frame in its video, in microseconds from the first one
     * @param rgb {@code [height, width, 3]} bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Picture(String path, OptionalLong timeUs, int height, int width, byte[] rgb) implements Input {}

    /** A file that cannot be used, or not to its end. */
    record Refused(String path, Reason reason, String message) implements Input {}

    /** The end of a file: all of its pictures have passed. */
    record Done(String path) implements Input {}
}
