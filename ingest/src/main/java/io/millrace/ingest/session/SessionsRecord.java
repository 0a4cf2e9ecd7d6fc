package io.millrace.ingest.session;

import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.Undecodable;

/** The meaning of one record of {@code sessions}. Immutable. */
public sealed interface SessionsRecord {
    /** A notice of a session. */
    record Notice(SessionNotice notice) implements SessionsRecord {}

    /** A tombstone: {@code sessions} contains no record of the session any more. */
    record Tombstone(String stream, long session) implements SessionsRecord {}

    /** A record that Millrace did not write; readers skip it. */
    record Unreadable(String why) implements SessionsRecord {}

    /**
     * Interprets one record.
     *
     * @param value null for a tombstone
     */
    static SessionsRecord of(String key, LogRecord value) {
        return switch (value) {
            case null -> tombstone(key);
            case SessionNotice notice -> new Notice(notice);
            case Undecodable(String why) -> new Unreadable(why);
            default -> new Unreadable("it is a " + value.getClass().getSimpleName());
        };
    }

    private static SessionsRecord tombstone(String key) {
        try {
            StreamKey of = StreamKey.parse(key);
            return of.number() < 0
                    ? new Unreadable("a tombstone whose key names no session")
                    : new Tombstone(of.stream(), of.number());
        } catch (IllegalArgumentException e) {
            return new Unreadable("a tombstone whose key names no session: " + e.getMessage());
        }
    }
}
