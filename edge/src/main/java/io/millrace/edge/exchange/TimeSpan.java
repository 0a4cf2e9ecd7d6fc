package io.millrace.edge.exchange;

import io.millrace.edge.view.PastRange;
import io.millrace.platform.past.PointInTime;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The parameters {@code start} and {@code end} of a request, as wall-clock times on the scale of PROGRAM-DATE-TIME.
 * Immutable.
 *
 * @param startMs inclusive, ms since 1970; {@link PastRange#BEGINNING} if absent
 * @param endMs exclusive, ms since 1970, after {@code startMs}; {@link PastRange#OPEN} if absent
 * @param relative whether one of them was an offset from now
 */
public record TimeSpan(long startMs, long endMs, boolean relative) {
    private static final int SECOND_MS = 1_000;

    /** A parameter cannot be parsed or combined with the others. The message is for the client. */
    public static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1;

        public UnreadableException(String message) {
            super(message);
        }
    }

    /** Returns whether the request is for past media: it has {@code start}, {@code end} or {@code delay}. */
    public static boolean isIn(Query query) {
        return query.get("start") != null || query.get("end") != null || query.get("delay") != null;
    }

    /**
     * Returns the parameter {@code delay}, the time behind the live stream; empty if absent. Above 0 and a multiple of
     * 1000.
     */
    public static OptionalLong delayMs(Query query) throws UnreadableException {
        String text = query.get("delay");
        if (text == null) {
            return OptionalLong.empty();
        }
        if (query.get("start") != null || query.get("end") != null) {
            throw new UnreadableException("delay cannot be combined with start or end");
        }
        long delayMs = PointInTime.parse("-" + text, 0).filter(PointInTime::relative).map(point -> -point.timeMs())
                .orElse(0L);
        if (delayMs <= 0) {
            throw new UnreadableException("delay must be a duration such as 90s, 5m or 2h");
        }
        return OptionalLong.of(delayMs);
    }

    /**
     * Parses the parameters {@code start} and {@code end}.
     *
     * @param nowMs the time to which offsets are relative, ms since 1970; a relative start is rounded down to a whole
     *     second, so that viewers share playlists
     */
    public static TimeSpan parse(Query query, long nowMs) throws UnreadableException {
        if (query.get("delay") != null) {
            throw new UnreadableException("delay works with HLS (.m3u8) only");
        }
        Optional<PointInTime> start = point(query, "start", nowMs);
        Optional<PointInTime> end = point(query, "end", nowMs);
        long startMs = start.map(p -> p.relative() ? Math.floorDiv(p.timeMs(), SECOND_MS) * SECOND_MS : p.timeMs())
                .orElse(PastRange.BEGINNING);
        long endMs = end.map(PointInTime::timeMs).orElse(PastRange.OPEN);
        if (endMs <= startMs) {
            throw new UnreadableException("end must be after start");
        }
        return new TimeSpan(Math.max(PastRange.BEGINNING, startMs), endMs,
                start.filter(PointInTime::relative).or(() -> end.filter(PointInTime::relative)).isPresent());
    }

    private static Optional<PointInTime> point(Query query, String name, long nowMs) throws UnreadableException {
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
