package io.millrace.edge.http;

/** The state of a response, with its transitions. */
enum ResponseState {
    /** The endpoint prepares the answer. */
    OPEN,
    /** The owner of the request waits for the content of the response. */
    HELD,
    /** The body is sent in pieces. */
    STREAMING,
    /** The whole response was handed to the connection. */
    COMPLETE,
    /** The response is incomplete, and this edge closes its connection. */
    ABORTED,
    /** The client left before the response was complete. */
    CLIENT_LEFT;

    /** Returns whether the transition is allowed. */
    boolean mayBecome(ResponseState next) {
        return switch (this) {
            case OPEN -> next != OPEN;
            case HELD -> next != HELD;
            case STREAMING -> next.isOver();
            case COMPLETE, ABORTED, CLIENT_LEFT -> false;
        };
    }

    /** Returns whether the state is final. */
    boolean isOver() {
        return switch (this) {
            case OPEN, HELD, STREAMING -> false;
            case COMPLETE, ABORTED, CLIENT_LEFT -> true;
        };
    }

    /** Returns whether the response can no longer be delivered, so that a late answer is discarded. */
    boolean isAbandoned() {
        return this == ABORTED || this == CLIENT_LEFT;
    }
}
