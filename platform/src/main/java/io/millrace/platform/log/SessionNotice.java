package io.millrace.platform.log;

/**
 * The state of a session, which ingest nodes publish to each other in {@code sessions}. Each notice contains all
 * fields. It is written after the record in {@code packets} that it describes, except {@link State#OVER}, which is
 * written before {@link GraceOver}.
 *
 * @param stream name of the stream
 * @param session number of the session
 * @param state current state of the session
 * @param encoder as in {@link SessionStarted}
 * @param startedAtMs as in {@link SessionStarted}
 * @param noticedAtMs wall clock of the writer, ms since 1970
 * @param graceMs duration of the grace period after {@link State#ENDED}
 * @param process the process that has the session and keeps it alive with its {@link NodeHeartbeat}; {@link
 *     #NO_PROCESS} if the process repeats its notices instead, as in version 1 of the log
 */
public record SessionNotice(String stream, long session, State state, Encoder encoder, long startedAtMs,
        long noticedAtMs, int graceMs, long process) implements LogRecord {
    public static final long NO_PROCESS = 0;

    /**
     * Returns the notice that the session is in another state.
     *
     * @param atMs wall clock of the writer, ms since 1970
     */
    public SessionNotice in(State next, long atMs) {
        return new SessionNotice(stream, session, next, encoder, startedAtMs, atMs, graceMs, process);
    }

    public enum State {
        /** {@link SessionStarted} is in the log, but no packet yet. */
        CLAIMED,
        /** Packets of the session are in the log. */
        LIVE,
        /** {@link SessionEnded} is in the log. The grace period begins here. */
        ENDED,
        /**
         * The grace period has expired, which nothing can undo. {@link GraceOver} follows in {@code packets}, and then
         * a tombstone. If the encoder is still connected, its node claims the stream again.
         */
        OVER
    }
}
