package io.millrace.edge.feed;

import java.util.concurrent.CancellationException;

/** A limit of this edge is reached: try again later (503). Caches do not log what was cancelled, however often. */
public class BusyException extends CancellationException {
    private static final long serialVersionUID = 1;

    public BusyException(String message) {
        super(message);
    }
}
