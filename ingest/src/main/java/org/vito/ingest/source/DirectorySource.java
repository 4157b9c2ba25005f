package org.vito.ingest.source;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The videos of a directory. A file is taken when it is complete: when two looks, {@code settle} or more apart, found the
 * same size and time of change. Hidden files and those that browsers and copying tools give a provisional name are never
 * taken, links to directories never followed.
 */
final class DirectorySource implements VideoSource {
    private static final Logger log = LoggerFactory.getLogger(DirectorySource.class);
    private static final Set<String> PROVISIONAL =
            Set.of(".part", ".partial", ".tmp", ".temp", ".crdownload", ".download");
    private static final int DEEPEST = 64;

    /** A file that may still be written to, as it was when it was first seen so. */
    private record Seen(long sizeBytes, long modifiedMs, Instant since) {}

    private final SourceSettings.Directory settings;
    private final int batch;
    private final InstantSource clock;
    private final List<PathMatcher> patterns;
    private final DirectoryWatch watch;
    private Map<Path, Seen> settling = new HashMap<>();

    /** @param batch most files a look returns; also a tenth of the most files that settle at a time */
    DirectorySource(SourceSettings.Directory settings, int batch, InstantSource clock) {
        this.settings = settings;
        this.batch = batch;
        this.clock = clock;
        patterns = settings.patterns().stream()
                .map(p -> FileSystems.getDefault().getPathMatcher("glob:" + p.toLowerCase(Locale.ROOT)))
                .toList();
        watch = settings.watch() ? DirectoryWatch.open() : DirectoryWatch.none();
    }

    @Override
    public Look look(Ledger seen) throws IOException {
        if (!Files.isDirectory(settings.path())) {
            throw new NotDirectoryException(settings.path() + " (expected a directory)");
        }
        watch.drain();
        Walk walk = new Walk(seen);
        Files.walkFileTree(settings.path(), Set.of(), settings.recursive() ? DEEPEST : 1, walk);
        settling = walk.found.size() < batch ? walk.settling : walk.settlingAndUnvisited();
        return new Look(walk.found, List.of(), again(walk));
    }

    private @Nullable Duration again(Walk walk) {
        if (walk.found.size() >= batch) {
            return Duration.ZERO;
        }
        if (!walk.settling.isEmpty()) {
            return settings.settle();
        }
        return settings.watch() ? settings.rescan() : null;
    }

    @Override
    public boolean stirred() {
        return watch.stirred();
    }

    @Override
    public void close() {
        watch.close();
    }

    private boolean isVideo(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && !Files.isHidden(file)
                && PROVISIONAL.stream().noneMatch(name::endsWith)
                && patterns.stream().anyMatch(p -> p.matches(Path.of(name)));
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final Ledger seen;
        private final Instant now = clock.instant();
        private final List<Look.Found> found = new ArrayList<>();
        private final Map<Path, Seen> settling = new HashMap<>();

        Walk(Ledger seen) {
            this.seen = seen;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            boolean top = directory.equals(settings.path());
            if (!top && (String.valueOf(directory.getFileName()).startsWith(".") || Files.isHidden(directory))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            watch.add(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (isVideo(file)) {
                BasicFileAttributes target = attributes.isSymbolicLink()
                        ? Files.readAttributes(file, BasicFileAttributes.class)
                        : attributes;
                if (target.isRegularFile()) {
                    consider(file, target.size(), target.lastModifiedTime().toMillis());
                }
            }
            return found.size() < batch ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(settings.path())) {
                throw e;
            }
            log.warn("{} is left out: {}", file, e.toString());
            return FileVisitResult.CONTINUE;
        }

        /** What still settles after a look that ended early: what it did not come to settles as before. */
        Map<Path, Seen> settlingAndUnvisited() {
            Map<Path, Seen> all = new HashMap<>(DirectorySource.this.settling);
            found.forEach(f -> all.remove(Path.of(f.address())));
            all.putAll(settling);
            return all;
        }

        private void consider(Path file, long sizeBytes, long modifiedMs) {
            String id = SubmissionIds.ofFile(file.toUri(), sizeBytes, modifiedMs);
            if (seen.contains(id)) {
                return;
            }
            Seen before = DirectorySource.this.settling.get(file);
            if (before == null || before.sizeBytes != sizeBytes || before.modifiedMs != modifiedMs) {
                before = new Seen(sizeBytes, modifiedMs, now);
            }
            if (Duration.between(before.since, now).compareTo(settings.settle()) >= 0) {
                found.add(new Look.Found(id, file.toUri(), "", settings.licence()));
            } else if (settling.size() < 10 * batch) {
                settling.put(file, before);
            }
        }
    }
}
