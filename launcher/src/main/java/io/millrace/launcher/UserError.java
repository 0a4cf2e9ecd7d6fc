package io.millrace.launcher;

/**
 * Something that the person at the command line can mend: it ends the process with the one line
 * {@code millrace: what, why, what to do} and code 1, without a stack trace.
 */
public final class UserError extends RuntimeException {
    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
