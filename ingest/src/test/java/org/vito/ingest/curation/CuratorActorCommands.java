package org.vito.ingest.curation;

import akka.actor.typed.ActorRef;
import java.util.List;
import org.vito.protocol.v1.StoredVideo;

/** An example of each command of {@link CuratorActor}. */
public final class CuratorActorCommands {
    private CuratorActorCommands() {}

    public static List<CuratorActor.Command> all(ActorRef<CuratorActor.Verdicts> replyTo) {
        CuratorActor.Judge judge = new CuratorActor.Judge(List.of(StoredVideo.getDefaultInstance()), replyTo);
        return List.of(
                judge,
                new CuratorActor.Loaded(Curators.load("accept-all", Curator.Ports.none())),
                new CuratorActor.LoadFailed(new IllegalStateException("not loaded")),
                new CuratorActor.Judged(judge, List.of()));
    }
}
