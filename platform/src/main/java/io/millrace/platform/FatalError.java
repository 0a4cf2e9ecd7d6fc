package io.millrace.platform;

/** Told of a failure outside of any stream's work: the process ends with its reason and a non-zero code. Thread-safe. */
@FunctionalInterface
public interface FatalError {
    /** @param what what failed, for the log */
    void fatal(String what, Throwable cause);
}
