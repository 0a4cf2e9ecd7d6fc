package io.millrace.platform.kafka;

/** Whether the log has space for more media. Called often and from any thread; must not block. */
@FunctionalInterface
public interface LogSpace {
    /** For processes that have no access to the broker's disk. */
    LogSpace UNKNOWN = () -> false;

    /** Whether so little space is left that publishing must be rejected. */
    boolean isFull();
}
