package io.millrace.simulation;

import io.millrace.ingest.session.SessionLog;
import io.millrace.ingest.session.SessionsRecord;
import io.millrace.platform.log.SessionNotice;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@link Defect#OVER_TAKES_LESSER_SESSIONS}: the former behaviour of an owner that read that a session is over.
 * Confined to one thread.
 */
final class LesserSessions {
    private final SessionLog log;
    private final Map<String, TreeSet<Long>> sessions = new HashMap<>();

    LesserSessions(SessionLog log) {
        this.log = log;
    }

    void read(SessionsRecord news) {
        switch (news) {
            case SessionsRecord.Notice(SessionNotice it) -> {
                TreeSet<Long> known = sessions.computeIfAbsent(it.stream(), _ -> new TreeSet<>());
                known.add(it.session());
                if (it.state() == SessionNotice.State.OVER) {
                    known.headSet(it.session()).forEach(
                            lesser -> log.tombstone(it.stream(), lesser, SessionLog.Outcome.IGNORED));
                }
            }
            case SessionsRecord.Tombstone(String stream, long session) ->
                sessions.getOrDefault(stream, new TreeSet<>()).remove(session);
            case SessionsRecord.Unreadable _ -> {
                // Skipped.
            }
        }
    }
}
