package org.vito.ingest.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.fetch.ObjectFetcher;
import org.vito.ingest.live.Recorder;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.VitoException;

/**
 * The files that are cut from a stream. Each is put into the object store, where whichever process takes it in finds it, and
 * is submitted with the address of the stream and the time of its beginning as its origin. It is deleted here once that is
 * remembered, so that a crash at any time loses none.
 */
final class LiveSource implements VideoSource {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final SourceSettings.Live settings;
    private final SourceActor.Means means;
    private volatile @Nullable Recorder recorder;
    private boolean closed;

    LiveSource(SourceSettings.Live settings, SourceActor.Means means) {
        this.settings = settings;
        this.means = means;
    }

    @Override
    public Look look(Ledger seen) throws IOException {
        Recorder from = recorder();
        boolean over = from.isOver();
        List<Look.Found> found = new ArrayList<>();
        for (Recorder.Cut cut : from.finished()) {
            String id = SubmissionIds.ofCut(
                    settings.stream().address(), String.valueOf(cut.file().getFileName()));
            if (seen.contains(id)) {
                Recorder.remove(cut);
            } else if (found.size() < means.batch() && !means.live().full().getAsBoolean()) {
                found.add(found(id, cut));
            }
        }
        VitoException failure = from.failure();
        if (found.isEmpty() && failure != null) {
            throw failure;
        }
        if (!found.isEmpty()) {
            return new Look(found, List.of(), Duration.ZERO);
        }
        return new Look(found, List.of(), over ? null : LOOK);
    }

    private Look.Found found(String id, Recorder.Cut cut) throws IOException {
        ObjectStore.Put put;
        try (InputStream bytes = Files.newInputStream(cut.file())) {
            put = means.live().objects().put("videos", bytes, Long.MAX_VALUE);
        }
        String origin = Addresses.shown(settings.stream().address().toString()) + "#t=clock:" + cut.began();
        String title = settings.title().isEmpty() ? settings.name() : settings.title();
        return new Look.Found(id, ObjectFetcher.uri(put.address()), title, settings.licence(), origin);
    }

    @Override
    public String condition() {
        Recorder from = recorder;
        String trouble = from == null ? "" : from.trouble();
        return trouble.isEmpty() && means.live().full().getAsBoolean() ? "waits for room in the store" : trouble;
    }

    @Override
    public synchronized void close() {
        closed = true;
        Recorder from = recorder;
        if (from != null) {
            from.close();
        }
    }

    private synchronized Recorder recorder() throws IOException {
        Recorder known = recorder;
        if (closed) {
            throw new IOException("the source is closed");
        }
        if (known == null) {
            SourceActor.Live live = means.live();
            known = Recorder.start(
                    live.directory().resolve(Ledger.fileName(settings.name())),
                    settings.stream(),
                    live.feeds(),
                    live.mostBytes(),
                    means.retry(),
                    means.clock(),
                    bytes -> means.traffic().received(settings.name(), bytes));
            recorder = known;
        }
        return known;
    }
}
