package io.millrace.platform;

/**
 * Called for a failure outside the work of a single stream: the process ends with that reason and a non-zero exit code.
 * Thread-safe.
 */
@FunctionalInterface
public interface FatalError {
    /** @param what the part that failed, for the log */
    void fatal(String what, Throwable cause);
}
