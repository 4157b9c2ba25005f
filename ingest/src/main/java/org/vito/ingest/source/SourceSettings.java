package org.vito.ingest.source;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.vito.ingest.live.LiveSettings;

/** One entry of {@code vito.ingest.sources}. */
public sealed interface SourceSettings {
    /** The name in records, ledgers and status lines; unique among the sources of a process. */
    String name();

    /** The licence of whatever the source finds and says nothing of itself; may be empty. */
    String licence();

    /**
     * A directory.
     *
     * @param watch whether to go on looking after the first look
     * @param recursive whether directories below it count
     * @param patterns globs of which a file's name, in lower case, must match one
     * @param settle how long a file's size and time of change must stay the same before it is taken
     * @param rescan longest time between two looks while watching
     */
    record Directory(
            String name,
            String licence,
            Path path,
            boolean watch,
            boolean recursive,
            List<String> patterns,
            Duration settle,
            Duration rescan)
            implements SourceSettings {
        public Directory {
            patterns = List.copyOf(patterns);
        }
    }

    /** A single video, a local file or a remote address. */
    record Single(String name, String licence, URI address, String title) implements SourceSettings {}

    /**
     * A bucket.
     *
     * @param prefix what keys must begin with; may be empty
     * @param watch whether to go on looking after the first pass
     * @param patterns globs of which the last part of a key, in lower case, must match one
     * @param rescan time between two passes
     */
    record Bucket(
            String name,
            String licence,
            String bucket,
            String prefix,
            boolean watch,
            List<String> patterns,
            Duration rescan)
            implements SourceSettings {
        public Bucket {
            patterns = List.copyOf(patterns);
        }
    }

    /** A stream that goes on; the title, of every file that is cut from it, may be empty. */
    record Live(String name, String licence, LiveSettings stream, String title) implements SourceSettings {}

    /** A file of JSON lines or CSV, each line naming a video; see {@link Manifest}. */
    record ManifestFile(String name, String licence, Path path) implements SourceSettings {}
}
