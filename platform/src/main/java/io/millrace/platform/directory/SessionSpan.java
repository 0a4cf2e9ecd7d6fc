package io.millrace.platform.directory;

import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The time span of a session's media as PROGRAM-DATE-TIME, whereas {@link StreamEntry.Session} contains wall-clock
 * times. They differ if the publisher was faster than real time: its media ends later than the session, and the next
 * session's media begins after it.
 *
 * @param startMs ms since 1970
 * @param endMs ms since 1970; {@link #OPEN} while the session is live
 */
public record SessionSpan(StreamEntry epoch, StreamEntry.Session session, long startMs, long endMs) {
    /** End of a session that is still live. */
    public static final long OPEN = Long.MAX_VALUE;

    /** Returns the spans of all sessions of {@code epochs}, in the same order. A pure function of the directory. */
    public static List<SessionSpan> of(List<StreamEntry> epochs) {
        List<SessionSpan> spans = new ArrayList<>();
        for (StreamEntry epoch : epochs) {
            long earliestMs = 0;
            for (StreamEntry.Session session : epoch.sessions()) {
                long startMs = Math.max(earliestMs, session.startedAtMs());
                earliestMs = Math.max(session.endedAtMs(), startMs + session.durationMs());
                boolean isLive = session.endedAtMs() == 0;
                spans.add(new SessionSpan(epoch, session, startMs, isLive ? OPEN : earliestMs));
            }
        }
        return spans;
    }
}
