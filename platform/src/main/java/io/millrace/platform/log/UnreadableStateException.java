package io.millrace.platform.log;

/**
 * The stored state of a fold (a pure function over the records of the log) is damaged, or was written by a release whose
 * states this one cannot read. The owner of the state then rebuilds it from the log.
 */
public final class UnreadableStateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
