package io.millrace.platform.kafka;

/** Whether the log has room for more media. Asked often, by any thread; answers from memory. */
@FunctionalInterface
public interface LogRoom {
    /** Of those who do not see the broker's disk. */
    LogRoom UNKNOWN = () -> false;

    /** Whether so little is left that nobody may publish. */
    boolean isFull();
}
