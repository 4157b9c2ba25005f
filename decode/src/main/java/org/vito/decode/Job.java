package org.vito.decode;

import akka.actor.typed.ActorRef;
import java.util.List;
import org.vito.decode.child.v1.Request;
import org.vito.decode.child.v1.Response;
import org.vito.protocol.VitoException;

/**
 * A request on its way to a decoder process.
 *
 * @param request with a number of its own
 * @param deaths how many processes died or hung on it so far
 * @param replyTo told how it ended
 */
record Job(Request request, int deaths, ActorRef<Outcome> replyTo) {
    /** How a job ended. */
    sealed interface Outcome {}

    /** All that the process answered, the last answer last. */
    record Answers(List<Response> responses) implements Outcome {}

    /** Why there is no answer. */
    record Refusal(VitoException cause) implements Outcome {}

    Job killedOnce() {
        return new Job(request, deaths + 1, replyTo);
    }

    void refuse(VitoException cause) {
        replyTo.tell(new Refusal(cause));
    }

    long number() {
        return request.getNumber();
    }

    boolean isProbe() {
        return request.hasProbe();
    }
}
