package io.millrace.edge.log;

import java.util.concurrent.CancellationException;

/**
 * A limit of this edge is reached: try again later (503). A cancellation, since caches do not log those, however many.
 */
public class BusyException extends CancellationException {
    private static final long serialVersionUID = 1;

    public BusyException(String message) {
        super(message);
    }

    /** Omits the stack trace, which would be the most expensive part of a refusal. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
