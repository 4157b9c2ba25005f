package org.vito.ingest.curation;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.List;
import org.vito.ingest.CurationNetworks;
import org.vito.protocol.v1.StoredVideo;

/** An example of each command of {@link CuratorActor}. */
public final class CuratorActorCommands {
    private CuratorActorCommands() {}

    /** A rule that needs nothing. */
    public static Curator acceptAll() {
        VideoNetSettings unused = new VideoNetSettings("", "", Duration.ZERO, 1, 1, false);
        return Curators.load(
                "accept-all", new Curators.Means(unused, CurationNetworks.none(), (video, count) -> List.of()));
    }

    public static List<CuratorActor.Command> all(ActorRef<CuratorActor.Verdicts> replyTo) {
        CuratorActor.Judge judge = new CuratorActor.Judge(List.of(StoredVideo.getDefaultInstance()), replyTo);
        return List.of(
                judge,
                new CuratorActor.Loaded(acceptAll()),
                new CuratorActor.LoadFailed(new IllegalStateException("not loaded")),
                new CuratorActor.Judged(judge, List.of()));
    }
}
