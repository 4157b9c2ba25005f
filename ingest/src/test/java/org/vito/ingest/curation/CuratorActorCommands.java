package org.vito.ingest.curation;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.vito.ingest.CurationNetworks;
import org.vito.protocol.v1.CurationDecision;
import org.vito.protocol.v1.Frame;
import org.vito.protocol.v1.StoredVideo;

/** An example of each command of {@link CuratorActor}. */
public final class CuratorActorCommands {
    private CuratorActorCommands() {}

    /** A rule that needs nothing. */
    public static Curator acceptAll() {
        return Curators.load(
                "accept-all",
                new Curators.Means(
                        new VideoNetSettings("", "", Duration.ZERO, 1, 1, 1, false),
                        NeighboursTest.settings("", 1, 1),
                        CurationNetworks.none(),
                        new StillFrames(),
                        null));
    }

    /** A frame that shows nothing. */
    static final class StillFrames implements VideoFrames {
        @Override
        public CompletionStage<List<Frame>> first(StoredVideo video, int count, int every) {
            return CompletableFuture.completedStage(List.of());
        }

        @Override
        public CompletionStage<List<Frame>> spread(StoredVideo video, int count) {
            return CompletableFuture.completedStage(
                    List.of(Frame.newBuilder().setJpeg(video.getTitleBytes()).build()));
        }
    }

    public static List<CuratorActor.Command> all(ActorRef<CuratorActor.Verdicts> replyTo) {
        CuratorActor.Judge judge = new CuratorActor.Judge(
                List.of(StoredVideo.getDefaultInstance()), List.of(CurationDecision.getDefaultInstance()), replyTo);
        return List.of(
                judge,
                new CuratorActor.Loaded(acceptAll()),
                new CuratorActor.LoadFailed(new IllegalStateException("not loaded")),
                new CuratorActor.Judged(judge, acceptAll(), List.of()));
    }
}
