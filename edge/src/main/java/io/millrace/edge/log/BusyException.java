package io.millrace.edge.log;

import java.util.concurrent.CancellationException;

/**
 * A limit of this edge was reached. The client gets status 503 and should try again later. A subclass of
 * CancellationException, so that asynchronous caches do not log it: overload causes many of them.
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
