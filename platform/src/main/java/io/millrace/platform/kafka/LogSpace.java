package io.millrace.platform.kafka;

/** Reports whether the log has space for more media. Called often and on any thread; must not block. */
@FunctionalInterface
public interface LogSpace {
    /** Never full: for processes that have no access to the broker's disk. */
    LogSpace UNKNOWN = () -> false;

    /** Whether so little space is left that publishing must be rejected. */
    boolean isFull();
}
