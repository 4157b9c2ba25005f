package org.vito.protocol;

/** A failure that may pass: the same call can succeed later. Every other {@link VitoException} is final. */
public class RetriableException extends VitoException {
    private static final long serialVersionUID = 1L;

    public RetriableException(Reason reason, String message) {
        super(reason, message);
    }

    public RetriableException(Reason reason, String message, Throwable cause) {
        super(reason, message, cause);
    }
}
