package io.millrace.platform.log;

/**
 * States that a session (one publish of a stream) has lost its encoder. Has no effect if a session with a greater
 * number has taken the stream over. If another packet of the session follows, the session goes on.
 *
 * @param session number of the session
 * @param endedAtMs wall clock of the writer, ms since 1970
 * @param reason why the session ended, and which side reported it
 * @param detail for users, at most 256 characters
 */
public record SessionEnded(long session, long endedAtMs, Reason reason, String detail) implements PacketsRecord {

    public enum Reason {
        /** The encoder ended the stream. */
        UNPUBLISHED,
        /** The connection broke or timed out. */
        DISCONNECTED,
        /** The server closed the connection: invalid input, a limit, a shutdown. */
        CLOSED_BY_SERVER,
        /**
         * The session's node stopped sending heartbeats. Written by the node that owns the session's partition of the
         * topic {@code sessions}.
         */
        SUSPECTED
    }
}
