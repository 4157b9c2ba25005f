package org.vito.ingest;

import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vito.decode.VideoInfo;
import org.vito.ingest.fetch.Addresses;
import org.vito.ingest.index.TopicIndex;
import org.vito.ingest.source.SubmissionIds;
import org.vito.ingest.source.Titles;
import org.vito.protocol.ObjectStore;
import org.vito.protocol.Platform;
import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;
import org.vito.protocol.Topics;
import org.vito.protocol.v1.Origin;
import org.vito.protocol.v1.StoredVideo;
import org.vito.protocol.v1.VideoSubmission;

/**
 * Which videos are stored, as far as this run of the ingest stream needs to know: what the topic of stored videos says, and
 * what this run has written to it but perhaps not committed yet. Refusing one submission does not take the bytes from under
 * another that is being worked on.
 */
final class VideoRegistry implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VideoRegistry.class);
    private static final int LONGEST_ID = 128; // characters of a submission id that others chose
    private static final int RECENT = 4096; // videos; far more than one transaction holds

    private final TopicIndex index;
    private final ObjectStore objects;
    private final InstantSource clock;
    private final Origins origins;
    private final HeldObjects held;
    private final Map<String, StoredVideo> recent = new LinkedHashMap<>() { // guarded by itself
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, StoredVideo> eldest) {
                    return size() > RECENT;
                }
            };

    /** @param write writes the record of a video, without blocking */
    VideoRegistry(Platform platform, int maximumOrigins, HeldObjects held, Consumer<StoredVideo> write) {
        origins = new Origins(maximumOrigins);
        index = TopicIndex.follow(platform.kafka(), Topics.STORED.name(), new LostOrigins(origins, write));
        objects = platform.objects();
        clock = platform.clock();
        this.held = held;
    }

    /** Completes when every video stored before the call is known. */
    CompletionStage<Void> refreshed() {
        return index.refreshed();
    }

    /** Whether the video was stored before, as far as is known without asking. */
    boolean isKnown(String videoId) {
        synchronized (recent) {
            if (recent.containsKey(videoId)) {
                return true;
            }
        }
        return index.contains(videoId);
    }

    /** Says that the object is being worked on. */
    void hold(String sha256) {
        held.hold(sha256);
    }

    /** Takes back one {@link #hold}. */
    void release(String sha256) {
        held.release(sha256);
    }

    /** Deletes the object unless a stored video or another submission needs it. */
    void discard(ObjectStore.Put put) {
        held.unlessHeld(put.sha256(), () -> {
            if (isKnown(put.sha256())) {
                return;
            }
            try {
                objects.delete(put.address());
            } catch (IOException e) {
                log.warn("refused object {} could not be deleted", put.address(), e);
            }
        });
    }

    /**
     * The record to write for an accepted video: a new one, or the known one with a further origin. Nothing if the origin
     * is known too. Blocks; call it after {@link #refreshed}, in the order of the submissions.
     */
    Optional<StoredVideo> register(Outcome.Accepted accepted) {
        VideoSubmission submission = accepted.submission();
        Origin origin = origin(submission);
        String id = accepted.put().sha256();
        StoredVideo known = known(id);
        if (known == null && accepted.info() == null) {
            throw new RetriableException(Reason.STORAGE, "the record of video " + id + " was removed meanwhile");
        }
        StoredVideo video = known == null
                ? create(accepted.put(), accepted.info(), submission, origin)
                : origins.with(known, origin);
        if (video.equals(known)) {
            return Optional.empty();
        }
        held.recorded(id);
        synchronized (recent) {
            recent.remove(id);
            recent.put(id, video);
        }
        return Optional.of(video);
    }

    @Override
    public void close() {
        index.close();
    }

    private @Nullable StoredVideo known(String id) {
        StoredVideo mine;
        synchronized (recent) {
            mine = recent.get(id);
        }
        StoredVideo committed = index.read(id).map(Topics.STORED::read).orElse(null);
        if (mine == null || committed == null) {
            return mine == null ? committed : mine;
        }
        return origins.union(committed, mine);
    }

    private StoredVideo create(
            ObjectStore.Put put, @Nullable VideoInfo info, VideoSubmission submission, Origin origin) {
        if (info == null) {
            throw new IllegalArgumentException("a new video needs its description");
        }
        return StoredVideo.newBuilder()
                .setVideoId(put.sha256())
                .setAddress(put.address())
                .setSizeBytes(put.sizeBytes())
                .setContainer(info.container())
                .setCodec(info.codec())
                .setDurationUs(info.durationUs())
                .setFramesPerSecond(info.framesPerSecond())
                .setWidth(info.width())
                .setHeight(info.height())
                .setTitle(title(submission, info, put))
                .setLicence(origin.getLicence())
                .addOrigins(origin)
                .setStoredAtMs(clock.millis())
                .build();
    }

    private static Origin origin(VideoSubmission submission) {
        String given = submission.getSubmissionId();
        String id = given.isEmpty() || given.length() > LONGEST_ID
                ? SubmissionIds.of(Addresses.parse(submission.getUri(), null))
                : given;
        return Origin.newBuilder()
                .setUri(Intake.shown(submission))
                .setSubmissionId(id)
                .setSource(Titles.clean(submission.getSource()))
                .setTitle(Titles.clean(submission.getTitle()))
                .setLicence(Titles.clean(submission.getLicence()))
                .build();
    }

    private static String title(VideoSubmission submission, VideoInfo info, ObjectStore.Put put) {
        URI address = Addresses.parse(submission.getUri(), null);
        return Stream.of(Titles.clean(submission.getTitle()), Titles.clean(info.title()), Titles.fromAddress(address))
                .filter(t -> !t.isEmpty())
                .findFirst()
                .orElse(put.sha256().substring(0, 12));
    }
}
