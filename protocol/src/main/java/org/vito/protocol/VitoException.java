package org.vito.protocol;

/**
 * A refusal or failure that the system knows by name. The message says what, where and what was expected; the {@link
 * Reason} says which kind it is. Whether trying again can help is a matter of type: {@link RetriableException}.
 */
public class VitoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public VitoException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public VitoException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Which kind of refusal this is. */
    public Reason reason() {
        return reason;
    }

    /** The reason of the first {@link VitoException} among {@code thrown} and its causes, or {@link Reason#INTERNAL}. */
    public static Reason reasonOf(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof VitoException known) {
                return known.reason();
            }
        }
        return Reason.INTERNAL;
    }
}
