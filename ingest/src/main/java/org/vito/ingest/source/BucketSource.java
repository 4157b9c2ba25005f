package org.vito.ingest.source;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vito.ingest.fetch.Buckets;

/**
 * The videos of a bucket, listed page by page, again and again: what has a new key, or new content under an old one, is new.
 * An object is there whole or not at all, so that none needs to settle.
 */
final class BucketSource implements VideoSource {
    private static final int PAGE = 1000; // objects
    private static final int PAGES = 20; // of one look

    private final SourceSettings.Bucket settings;
    private final Buckets buckets;
    private final int batch;
    private final List<PathMatcher> patterns;
    private String after = ""; // the key up to which this pass has come

    BucketSource(SourceSettings.Bucket settings, Buckets buckets, int batch) {
        this.settings = settings;
        this.buckets = buckets;
        this.batch = batch;
        patterns = settings.patterns().stream()
                .map(p -> FileSystems.getDefault().getPathMatcher("glob:" + p.toLowerCase(Locale.ROOT)))
                .toList();
    }

    @Override
    public Look look(Ledger seen) {
        List<Look.Found> found = new ArrayList<>();
        for (int pages = 0; pages < PAGES && found.size() < batch; pages++) {
            Buckets.Page page = buckets.list(settings.bucket(), settings.prefix(), after, PAGE);
            boolean whole = add(page, seen, found);
            if (whole && page.last()) {
                after = "";
                return new Look(found, List.of(), settings.watch() ? settings.rescan() : null);
            }
        }
        return new Look(found, List.of(), Duration.ZERO);
    }

    /** Adds what is new; returns whether it came to the page's end. */
    private boolean add(Buckets.Page page, Ledger seen, List<Look.Found> found) {
        for (Buckets.Item item : page.items()) {
            if (found.size() == batch) {
                return false;
            }
            after = item.key();
            if (isVideo(item)) {
                var address = Buckets.address(settings.bucket(), item.key());
                String id = SubmissionIds.ofObject(address, item.tag());
                if (!seen.contains(id)) {
                    found.add(new Look.Found(id, address, "", settings.licence()));
                }
            }
        }
        return true;
    }

    private boolean isVideo(Buckets.Item item) {
        String key = item.key().toLowerCase(Locale.ROOT);
        String name = key.substring(key.lastIndexOf('/') + 1).replace('\0', '?');
        return item.sizeBytes() > 0
                && !name.isEmpty()
                && !name.startsWith(".")
                && patterns.stream().anyMatch(p -> p.matches(Path.of(name)));
    }
}
