package io.millrace.platform;

/**
 * An error that the user can fix: a setting, a file, an unreachable cluster. Ends the process with exit code 1 and one
 * line, {@code millrace: what, why, what to do}, without a stack trace.
 */
public final class UserError extends RuntimeException {
    /** @param message one line: what, why, what to do */
    public UserError(String message) {
        super(message);
    }

    /**
     * @param message one line: what, why, what to do
     * @param cause logged at {@code debug}
     */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
