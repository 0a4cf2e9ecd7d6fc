package io.millrace.platform;

/** The process cannot start, or cannot do what it was told. The message is one line for people: what, why, what to do. */
public final class StartupException extends RuntimeException {
    public StartupException(String message) {
        super(message);
    }

    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
