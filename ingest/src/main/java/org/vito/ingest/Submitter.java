package org.vito.ingest;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.source.Manifest;
import org.vito.ingest.source.SubmissionIds;
import org.vito.ingest.source.SubmissionWriter;
import org.vito.ingest.source.Titles;
import org.vito.protocol.KafkaAccess;
import org.vito.protocol.Reason;
import org.vito.protocol.VitoException;
import org.vito.protocol.v1.VideoSubmission;

/** Asks for videos to be taken in, on behalf of a person or a program. Safe to use from several threads. */
public final class Submitter implements AutoCloseable {
    private static final int BATCH = 500;

    private final SubmissionWriter writer;
    private final InstantSource clock;

    private Submitter(SubmissionWriter writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    /** Opens a submitter; close it to let go of its connection to Kafka. */
    public static Submitter open(KafkaAccess kafka, InstantSource clock) {
        return new Submitter(SubmissionWriter.open(kafka), clock);
    }

    /**
     * What was submitted.
     *
     * @param ids the submissions' ids, in order
     * @param refused a sentence for each line of a manifest that names no video
     */
    public record Submitted(List<String> ids, List<String> refused) {
        public Submitted {
            ids = List.copyOf(ids);
            refused = List.copyOf(refused);
        }
    }

    /**
     * Submits what {@code address} names and returns when Kafka has acknowledged; blocks. The same address submitted again
     * (a file: unchanged) has the same id and is recognised by ingest.
     *
     * @param address the path of a video, an http, https or s3 address, or the path of a manifest ({@code .jsonl}, {@code
     *     .ndjson}, {@code .csv}); relative paths are relative to the working directory
     * @param title the video's title, or empty; a manifest has its own
     * @param licence the video's licence, or empty; of a manifest, for lines that say nothing of it
     * @throws VitoException BAD_ADDRESS or NOT_FOUND if the address names nothing that could be fetched, KAFKA if it cannot
     *     be submitted
     */
    public Submitted submit(String address, String title, String licence) {
        URI uri = Addresses.parse(address, Path.of(""));
        if (!Addresses.isFile(uri)) {
            String scheme = String.valueOf(uri.getScheme());
            if (!Set.of("http", "https", "s3").contains(scheme.toLowerCase(Locale.ROOT))) {
                throw new VitoException(
                        Reason.BAD_ADDRESS, "'" + address + "' cannot be fetched: expected a path, http, https or s3");
            }
            return submit(List.of(submission(uri, title, licence)));
        }
        Path file = Addresses.file(uri);
        if (!Files.exists(file)) {
            throw new VitoException(Reason.NOT_FOUND, "there is no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new VitoException(
                    Reason.BAD_ADDRESS, file + " is no regular file; directories are given as vito.ingest.sources");
        }
        return Manifest.isManifest(file) ? manifest(file, licence) : submit(List.of(submission(uri, title, licence)));
    }

    /** {@code text} as it may be shown: what in it is an address is without user, password and keys of signed addresses. */
    public static String shown(String text) {
        return Addresses.shown(text);
    }

    @Override
    public void close() {
        writer.close();
    }

    private Submitted manifest(Path file, String licence) {
        List<String> ids = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        List<VideoSubmission> batch = new ArrayList<>();
        try (Manifest manifest = Manifest.open(file)) {
            for (Manifest.Entry entry = manifest.next(); entry != null; entry = manifest.next()) {
                if (entry.address() == null) {
                    refused.add(message(manifest, entry));
                    continue;
                }
                batch.add(submission(
                        entry.address(), entry.title(), entry.licence().isEmpty() ? licence : entry.licence()));
                if (batch.size() == BATCH) {
                    ids.addAll(submit(batch).ids());
                    batch.clear();
                }
            }
            ids.addAll(submit(batch).ids());
            return new Submitted(ids, refused);
        } catch (IOException e) {
            throw new VitoException(Reason.STORAGE, file + " cannot be read: " + e, e);
        }
    }

    private static String message(Manifest manifest, Manifest.Entry entry) {
        VitoException refusal = entry.refusal();
        return manifest.subject(entry) + ": " + (refusal == null ? "" : refusal.getMessage());
    }

    private Submitted submit(List<VideoSubmission> submissions) {
        writer.write(submissions, List.of());
        return new Submitted(
                submissions.stream().map(VideoSubmission::getSubmissionId).toList(), List.of());
    }

    private VideoSubmission submission(URI address, String title, String licence) {
        return VideoSubmission.newBuilder()
                .setSubmissionId(SubmissionIds.of(address))
                .setUri(address.toString())
                .setTitle(Titles.clean(title))
                .setLicence(Titles.clean(licence))
                .setSource("submit")
                .setSubmittedAtMs(clock.millis())
                .build();
    }
}
