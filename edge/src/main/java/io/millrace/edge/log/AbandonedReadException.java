package io.millrace.edge.log;

/** All clients that waited for a read have left; the read is not made. */
final class AbandonedReadException extends BusyException {
    private static final long serialVersionUID = 1;

    AbandonedReadException() {
        super("the client has left");
    }
}
