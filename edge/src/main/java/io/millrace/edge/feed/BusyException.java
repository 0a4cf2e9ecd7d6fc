package io.millrace.edge.feed;

/** A limit of this edge is reached: try again later (503). */
public class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BusyException(String message) {
        super(message);
    }
}
