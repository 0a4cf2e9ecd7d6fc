package io.millrace.platform.log;

/**
 * States that a session has lost its encoder. Void if a greater session has taken over; the session's next packet
 * undoes it.
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
        /** The session's node stopped sending heartbeats. Written by the owner of the partition of {@code sessions}. */
        SUSPECTED
    }
}
