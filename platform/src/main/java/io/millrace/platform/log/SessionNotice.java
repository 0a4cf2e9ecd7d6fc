package io.millrace.platform.log;

/**
 * The state of a session, which ingest nodes publish to each other in {@code sessions}. Each notice contains all
 * fields, and is written after the record in {@code packets} that it describes; {@link State#OVER} is written before
 * it.
 *
 * @param stream name of the stream
 * @param session number of the session
 * @param state current state of the session
 * @param encoder as in {@link SessionStarted}
 * @param startedAtMs as in {@link SessionStarted}
 * @param noticedAtMs wall clock of the writer, ms since 1970. A notice with an unchanged state is a heartbeat
 * @param graceMs duration of the grace period after {@link State#ENDED}
 */
public record SessionNotice(String stream, long session, State state, Encoder encoder, long startedAtMs,
        long noticedAtMs, int graceMs) implements LogRecord {

    public enum State {
        /** {@link SessionStarted} is in the log, but no packet yet. */
        CLAIMED,
        /** Packets of the session are in the log. Repeated as a heartbeat. */
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
