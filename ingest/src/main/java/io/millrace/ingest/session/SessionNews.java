package io.millrace.ingest.session;

import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.Undecodable;

/** The meaning of one record of {@code sessions}. Immutable. */
public sealed interface SessionNews {
    /** A notice of a session. */
    record Noticed(SessionNotice notice) implements SessionNews {}

    /** A tombstone: {@code sessions} contains no record of the session any more. */
    record Forgotten(String stream, long session) implements SessionNews {}

    /** A record that Millrace did not write; readers skip it. */
    record Unreadable(String why) implements SessionNews {}

    /**
     * Interprets one record.
     *
     * @param value null for a tombstone
     */
    static SessionNews of(String key, LogRecord value) {
        return switch (value) {
            case null -> forgotten(key);
            case SessionNotice notice -> new Noticed(notice);
            case Undecodable(String why) -> new Unreadable(why);
            default -> new Unreadable("it is a " + value.getClass().getSimpleName());
        };
    }

    private static SessionNews forgotten(String key) {
        try {
            StreamKey of = StreamKey.parse(key);
            return of.number() < 0
                    ? new Unreadable("a tombstone whose key names no session")
                    : new Forgotten(of.stream(), of.number());
        } catch (IllegalArgumentException e) {
            return new Unreadable("a tombstone whose key names no session: " + e.getMessage());
        }
    }
}
