package io.millrace.platform.log;

/** The state of a fold is damaged, or no version that this release can read wrote it. */
public final class UnreadableStateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableStateException(String message, Throwable cause) {
        super(message, cause);
    }
}
