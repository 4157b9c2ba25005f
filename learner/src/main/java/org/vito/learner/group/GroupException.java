package org.vito.learner.group;

import org.vito.protocol.Reason;
import org.vito.protocol.RetriableException;

/** Another learner of the group has gone, does not answer or has failed; the message names its rank. */
public final class GroupException extends RetriableException {
    private static final long serialVersionUID = 1L;

    /** A failure with its message. */
    public GroupException(String message) {
        super(Reason.GROUP, message);
    }

    /** A failure with its message and what it came from. */
    public GroupException(String message, Throwable cause) {
        super(Reason.GROUP, message, cause);
    }
}
