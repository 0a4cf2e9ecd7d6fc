package io.millrace.edge.http;

import io.millrace.edge.live.PastRange;
import io.millrace.platform.past.PointInTime;
import java.util.Optional;
import java.util.OptionalLong;

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

    /** Whether the request is for the past. */
    static boolean isIn(Route.Query query) {
        return query.get("start") != null || query.get("end") != null || query.get("delay") != null;
    }

    /** How far behind the stream {@code delay} asks to be, in whole seconds; empty without one. */
    static OptionalLong delayMs(Route.Query query) throws UnreadableException {
        String text = query.get("delay");
        if (text == null) {
            return OptionalLong.empty();
        }
        if (query.get("start") != null || query.get("end") != null) {
            throw new UnreadableException("delay goes without start and end");
        }
        long delayMs = PointInTime.parse("-" + text, 0).filter(PointInTime::relative).map(point -> -point.timeMs())
                .orElse(0L);
        if (delayMs <= 0) {
            throw new UnreadableException("delay is how far behind: 90s, 5m, 2h");
        }
        return OptionalLong.of(delayMs);
    }

    /** @param nowMs what offsets are from; those of a start go to the whole second before, so that viewers share playlists */
    static TimeSpan parse(Route.Query query, long nowMs) throws UnreadableException {
        if (query.get("delay") != null) {
            throw new UnreadableException("delay is for HLS: a .m3u8 takes it");
        }
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
