package io.millrace.edge.feed;

/** A limit of this edge is reached: try again later (503). */
public final class BusyException extends RuntimeException {
    public BusyException(String message) {
        super(message);
    }
}
