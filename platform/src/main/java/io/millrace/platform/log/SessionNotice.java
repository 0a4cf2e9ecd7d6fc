package io.millrace.platform.log;

/**
 * What ingest nodes tell each other of a session, in {@code sessions}; every notice repeats all that is known. Written
 * after the record in {@code packets} that it tells of.
 *
 * @param stream the stream's name
 * @param session the session's number
 * @param state what is true of it now
 * @param node the ingest node that has its encoder
 * @param client as in {@link SessionStarted}
 * @param address as in {@link SessionStarted}
 * @param startedAtMs as in {@link SessionStarted}
 * @param noticedAtMs wall clock of the writer: a heartbeat if the state is the same, ms since 1970
 * @param graceMs how long after {@link State#ENDED} the grace is over
 */
public record SessionNotice(String stream, long session, State state, String node, String client, String address,
        long startedAtMs, long noticedAtMs, int graceMs) implements LogRecord {

    public enum State {
        /** {@link SessionStarted} is in the log; no packet yet. */
        CLAIMED,
        /** Its packets are in the log. Repeated as a heartbeat. */
        LIVE,
        /** {@link SessionEnded} is in the log: grace runs from here. */
        ENDED,
        /** {@link GraceOver} is in the log; a tombstone follows. A node that still has its encoder claims again. */
        OVER
    }
}
