package org.vito.ingest;

import akka.actor.typed.ActorRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.vito.protocol.RunningRole;

/** A role as the rest of the process sees it; a {@link RoleGuardian} keeps it up to date. */
final class RoleHandle implements RunningRole {
    private final String role;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile Status status;
    private volatile @Nullable ActorRef<RoleGuardian.Command> guardian; // set before anybody sees the role

    RoleHandle(String role) {
        this.role = role;
        status = new Status(role, Health.STARTING, "");
    }

    String role() {
        return role;
    }

    void guardedBy(ActorRef<RoleGuardian.Command> actor) {
        guardian = actor;
    }

    synchronized void report(Health health, String detail) {
        if (!ended.isDone()) {
            status = new Status(role, health, detail);
        }
    }

    synchronized void end(@Nullable Throwable cause) {
        if (cause == null) {
            report(Health.STOPPED, "");
            ended.complete(null);
        } else {
            report(Health.FAILED, cause.toString());
            ended.completeExceptionally(cause);
        }
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public CompletionStage<Void> ended() {
        return ended.copy();
    }

    @Override
    public CompletionStage<Void> stop() {
        ActorRef<RoleGuardian.Command> actor = guardian;
        if (actor != null) {
            actor.tell(new RoleGuardian.Stop());
        }
        return ended();
    }
}
