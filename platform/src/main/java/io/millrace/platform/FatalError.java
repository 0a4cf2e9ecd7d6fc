package io.millrace.platform;

/**
 * Receives failures that are not confined to the work of one stream: the process then ends with that reason and a
 * non-zero exit code. Thread-safe.
 */
@FunctionalInterface
public interface FatalError {
    /** @param what name of the part that failed, for the log */
    void fatal(String what, Throwable cause);
}
