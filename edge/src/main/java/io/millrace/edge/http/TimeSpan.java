package io.millrace.edge.http;

import io.millrace.edge.live.PastRange;
import io.millrace.platform.past.PointInTime;
import java.util.Optional;

/**
 * What {@code start} and {@code end} of a request say. Immutable.
 *
 * @param startMs PROGRAM-DATE-TIME, ms since 1970; {@link PastRange#BEGINNING} without one
 * @param endMs the same; {@link PastRange#OPEN} without one
 * @param relative whether one was an offset from now
 */
record TimeSpan(long startMs, long endMs, boolean relative) {
    private static final int SECOND_MS = 1_000;

    /** A parameter that cannot be read, in words for whoever wrote it. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1;

        UnreadableException(String message) {
            super(message);
        }
    }

    static boolean isIn(Route.Query query) {
        return query.get("start") != null || query.get("end") != null;
    }

    /** @param nowMs what offsets are from; those of a start go to the whole second before, so that viewers share playlists */
    static TimeSpan parse(Route.Query query, long nowMs) throws UnreadableException {
        Optional<PointInTime> start = point(query, "start", nowMs);
        Optional<PointInTime> end = point(query, "end", nowMs);
        long startMs = start.map(p -> p.relative() ? Math.floorDiv(p.timeMs(), SECOND_MS) * SECOND_MS : p.timeMs())
                .orElse(PastRange.BEGINNING);
        long endMs = end.map(PointInTime::timeMs).orElse(PastRange.OPEN);
        if (endMs <= startMs) {
            throw new UnreadableException("end is not after start");
        }
        return new TimeSpan(Math.max(PastRange.BEGINNING, startMs), endMs,
                start.filter(PointInTime::relative).or(() -> end.filter(PointInTime::relative)).isPresent());
    }

    private static Optional<PointInTime> point(Route.Query query, String name, long nowMs) throws UnreadableException {
        String text = query.get(name);
        if (text == null) {
            return Optional.empty();
        }
        Optional<PointInTime> point = PointInTime.parseParameter(text, nowMs);
        if (point.isEmpty()) {
            throw new UnreadableException(name + " is " + PointInTime.SYNTAX);
        }
        return point;
    }
}
