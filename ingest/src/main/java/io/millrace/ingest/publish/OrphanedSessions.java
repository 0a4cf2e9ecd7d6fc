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
 * Ends sessions that {@code sessions} ascribes to this process and that no publication has any more: the publication has
 * claimed another one, or a late notice followed the tombstone of its session. The heartbeats of the process would keep
 * such a session alive for ever. Thread-safe.
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

    /** Handles a notice whose session no publication of this process has. */
    void onNotice(SessionNotice notice) {
        if (notice.process() == process && (notice.state() == State.CLAIMED || notice.state() == State.LIVE)) {
            due.add(notice);
        }
    }

    /** Writes the ends of the sessions. Whatever the log does not accept is repeated by the next call. */
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
