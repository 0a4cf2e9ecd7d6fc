package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * Ends sessions that belong to this process according to {@code sessions}, but to none of its publications: a
 * publication has claimed another session, or a late notice followed the tombstone of its session. The heartbeats of
 * the process would keep such a session alive for ever. Thread-safe.
 */
final class OrphanedSessions {
    private final long process;
    private final SessionLog log;
    private final ToIntFunction<String> partitionOf;
    private final InstantSource clock;
    private final Set<SessionNotice> due = ConcurrentHashMap.newKeySet();

    /** @param process number of this process */
    OrphanedSessions(long process, SessionLog log, ToIntFunction<String> partitionOf, InstantSource clock) {
        this.process = process;
        this.log = log;
        this.partitionOf = partitionOf;
        this.clock = clock;
    }

    /** Adds a session whose publication has claimed another one. */
    void add(SessionNotice live) {
        due.add(live);
    }

    /** Handles a notice of any process whose session belongs to no publication of this process. */
    void onNotice(SessionNotice notice) {
        if (notice.process() == process && (notice.state() == State.CLAIMED || notice.state() == State.LIVE)) {
            due.add(notice);
        }
    }

    /** Writes the ends of the sessions and returns immediately. The next call repeats what the log has not accepted. */
    void end() {
        for (SessionNotice orphan : due) {
            due.remove(orphan);
            var ended = new SessionEnded(orphan.session(), clock.millis(), SessionEnded.Reason.CLOSED_BY_SERVER,
                    "its publication has ended");
            log.packets(partitionOf.applyAsInt(orphan.stream()), orphan.stream(), ended,
                    (_, failure) -> ended(orphan, failure));
        }
    }

    private void ended(SessionNotice orphan, Exception failure) {
        if (failure != null) {
            due.add(orphan);
            return;
        }
        log.notice(orphan.in(State.ENDED, clock.millis()), (_, lost) -> {
            if (lost != null) {
                due.add(orphan);
            }
        });
    }
}
