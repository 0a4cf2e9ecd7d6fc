package io.millrace.platform.log;

/**
 * States that an ingest process is running: one record per process and interval, for all sessions of the process
 * together. All processes write to {@link #PARTITION} of {@code nodes}, so that every reader sees their heartbeats in
 * the same order, and so that no process can write while the others cannot.
 *
 * @param node name of the node, as in {@link SessionStarted}; two processes may have the same
 * @param process random number of the process, as in {@link SessionNotice}; never {@link SessionNotice#NO_PROCESS}
 * @param clockMs wall clock of the process, ms since 1970
 */
public record NodeHeartbeat(String node, long process, long clockMs) implements LogRecord {
    /** The partition of {@code nodes} that has all heartbeats. */
    public static final int PARTITION = 0;

    /** Returns the key of the record. No node has this name. */
    public String key() {
        return "#" + Long.toHexString(process);
    }
}
