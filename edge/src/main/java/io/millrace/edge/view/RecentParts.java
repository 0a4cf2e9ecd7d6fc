package io.millrace.edge.view;

import io.millrace.media.time.Ticks;
import io.millrace.platform.log.IndexedPart;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The parts of the newest segments of one rendition, part by part: a fold over the index. Confined to one thread; the
 * {@link #snapshot}s are immutable.
 */
final class RecentParts {
    /**
     * Parts stay known for this many target durations: playlists list those of the last three, as of a position that is
     * itself listed, and players request parts for three more after they have left. The segments at the ends count.
     */
    private static final int KEPT_TARGET_DURATIONS = 8;

    private final NavigableMap<Long, SegmentParts> segments = new TreeMap<>();
    /** Null after a change. */
    private NavigableMap<Long, SegmentParts> snapshot;

    /** Adds the next part, which is the first record of its identity and continues its segment. */
    void add(IndexedPart part) {
        snapshot = null;
        if (part.id().isFirst()) {
            forget((long) KEPT_TARGET_DURATIONS * part.start().targetDurationS() * Ticks.MPEG);
        }
        segments.merge(part.id().segment(), SegmentParts.NONE.with(part), (known, _) -> known.with(part));
    }

    private void forget(long keptTicks) {
        long ticks = 0;
        for (var segment : segments.descendingMap().entrySet()) {
            if (ticks > keptTicks) {
                segments.headMap(segment.getKey(), true).clear();
                return;
            }
            ticks += segment.getValue().durationTicks();
        }
    }

    /** Returns whether there are records of a segment. */
    boolean has(long segment) {
        return segments.containsKey(segment);
    }

    /** Returns the number of the newest segment, -1 if there is none. */
    long newest() {
        return segments.isEmpty() ? -1 : segments.lastKey();
    }

    SegmentParts of(long segment) {
        return segments.getOrDefault(segment, SegmentParts.NONE);
    }

    /** Returns the known parts by segment number. */
    NavigableMap<Long, SegmentParts> snapshot() {
        if (snapshot == null) {
            snapshot = Collections.unmodifiableNavigableMap(new TreeMap<>(segments));
        }
        return snapshot;
    }
}
