package io.millrace.edge.feed;

/** Nobody waits for a read any more: it is not made. */
final class AskerGoneException extends BusyException {
    private static final long serialVersionUID = 1;

    AskerGoneException() {
        super("the client has left");
    }
}
