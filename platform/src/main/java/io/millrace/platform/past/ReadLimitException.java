package io.millrace.platform.past;

/** A request would have to read more of the log than one request may. */
public final class ReadLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ReadLimitException(String message) {
        super(message);
    }
}
