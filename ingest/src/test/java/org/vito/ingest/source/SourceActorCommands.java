package org.vito.ingest.source;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.List;

/** An example of each command of {@link SourceActor}. */
public final class SourceActorCommands {
    private SourceActorCommands() {}

    public static List<SourceActor.Command> all(ActorRef<SourceActor.Status> replyTo) {
        return List.of(
                new SourceActor.GetStatus(replyTo),
                new SourceActor.Stop(),
                new SourceActor.Tick(),
                new SourceActor.Looked(new Look(List.of(), List.of(), null), Duration.ZERO),
                new SourceActor.Submitted(0),
                new SourceActor.Failed(new IllegalStateException("failed")));
    }
}
