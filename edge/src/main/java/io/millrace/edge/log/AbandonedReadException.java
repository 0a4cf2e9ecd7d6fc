package io.millrace.edge.log;

/** A read was not made, because all clients that waited for it have left. */
final class AbandonedReadException extends BusyException {
    private static final long serialVersionUID = 1;

    AbandonedReadException() {
        super("the client has left");
    }
}
