package io.millrace.edge.live;

import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * When a session's media was shown: PROGRAM-DATE-TIME, where {@link StreamEntry.Session} tells the wall clock. They differ
 * for a publisher that was faster than real time: its media ends later, and the next one's begins behind it.
 *
 * @param startMs ms since 1970
 * @param endMs of what came after it; {@link PastRange#OPEN} while it goes on
 */
public record SessionSpan(StreamEntry epoch, StreamEntry.Session session, long startMs, long endMs) {

    /** Every session of {@code epochs}, in their order. A pure function of the directory. */
    public static List<SessionSpan> of(List<StreamEntry> epochs) {
        List<SessionSpan> spans = new ArrayList<>();
        for (StreamEntry epoch : epochs) {
            long earliestMs = 0;
            for (StreamEntry.Session session : epoch.sessions()) {
                long startMs = Math.max(earliestMs, session.startedAtMs());
                earliestMs = Math.max(session.endedAtMs(), startMs + session.durationMs());
                boolean goesOn = session.endedAtMs() == 0;
                spans.add(new SessionSpan(epoch, session, startMs, goesOn ? PastRange.OPEN : earliestMs));
            }
        }
        return spans;
    }
}
