package io.millrace.platform;

/**
 * Something that the person at the command line can mend: a setting, a file, a cluster that is not there. Thrown where a
 * process starts or does its job, it ends it with the one line {@code millrace: what, why, what to do} and code 1, without
 * a stack trace.
 */
public final class UserError extends RuntimeException {
    /** @param message the line: what, why, what to do */
    public UserError(String message) {
        super(message);
    }

    /** The same with a cause, which the log shows at {@code debug}. */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
