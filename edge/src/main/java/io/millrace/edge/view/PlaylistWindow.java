package io.millrace.edge.view;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.EpochRules;
import java.util.NavigableMap;

/** The segments that a live playlist lists. Pure: stateless. */
final class PlaylistWindow {
    private PlaylistWindow() {}

    /**
     * Returns the number of the oldest segment in the window that ends with the segment {@code newest}. The result
     * never decreases as {@code newest} grows.
     */
    static long start(NavigableMap<Long, Segment> segments, long newest, EpochRules rules) {
        long windowTicks = Ticks.rescale(rules.windowMs(), Ticks.MILLIS, Ticks.MPEG);
        long ticks = 0;
        long start = newest;
        for (Segment segment : segments.headMap(newest, true).descendingMap().values()) {
            if (!segment.isClosed()) {
                continue;
            }
            start = segment.number();
            ticks += segment.durationTicks();
            long leastTicks = Math.max(windowTicks,
                    (long) StreamPlaylist.MIN_TARGET_DURATIONS * segment.start().targetDurationS() * Ticks.MPEG);
            if (ticks >= leastTicks && newest - start + 1 >= StreamPlaylist.MIN_SEGMENTS) {
                break;
            }
        }
        return start;
    }

    /**
     * Returns whether all segments of the window that ends with the segment {@code newest} are known, although reading may
     * have begun after the first segment of the epoch.
     *
     * @param segments not empty
     */
    static boolean isFilled(NavigableMap<Long, Segment> segments, long newest, EpochRules rules) {
        long oldestClosed = segments.values().stream().filter(Segment::isClosed).mapToLong(Segment::number).findFirst()
                .orElse(Long.MAX_VALUE);
        return segments.firstKey() == 0 || start(segments, newest, rules) > oldestClosed;
    }
}
