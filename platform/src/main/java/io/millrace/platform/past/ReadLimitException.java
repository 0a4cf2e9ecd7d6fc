package io.millrace.platform.past;

/** More of the log would have to be read for an answer than one request may cost. */
public final class ReadLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ReadLimitException(String message) {
        super(message);
    }
}
