package io.millrace.tools.past;

/** Retention has deleted records before they were read, so that a reader cannot continue without a gap. */
public final class ExpiredPositionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExpiredPositionException(String message) {
        super(message);
    }
}
