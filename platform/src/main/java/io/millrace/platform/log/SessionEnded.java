package io.millrace.platform.log;

/**
 * A session's encoder is gone. Void if a greater session has begun; undone by the session's next packet.
 *
 * @param session the session that is meant
 * @param endedAtMs wall clock of the writer, ms since 1970
 * @param reason who says so and why
 * @param detail for people, at most 256 characters
 */
public record SessionEnded(long session, long endedAtMs, Reason reason, String detail) implements PacketsRecord {

    public enum Reason {
        /** The encoder said that it is done. */
        UNPUBLISHED,
        /** The connection broke or went silent. */
        DISCONNECTED,
        /** The server closed the connection: bad input, a limit, a shutdown. */
        CLOSED_BY_SERVER,
        /** Its node is silent; said by the owner of the partition of {@code sessions}. */
        SUSPECTED
    }
}
