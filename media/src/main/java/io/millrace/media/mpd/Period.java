package io.millrace.media.mpd;

import java.util.List;

/**
 * Media without a discontinuity (ISO/IEC 23009-1, 5.3.2). A period ends where the next one begins; the last one ends
 * with its last segment. Immutable.
 *
 * @param id does not change between versions of an MPD
 * @param start90k start on the timeline of the presentation, 90 kHz; does not change between versions of an MPD
 * @param events one for each scheme
 * @param sets at least one
 */
public record Period(String id, long start90k, List<EventStream> events, List<AdaptationSet> sets) {
    /** Creates a period without events. */
    public Period(String id, long start90k, List<AdaptationSet> sets) {
        this(id, start90k, List.of(), sets);
    }

    public Period {
        events = List.copyOf(events);
        sets = List.copyOf(sets);
        if (start90k < 0 || sets.isEmpty()) {
            throw new IllegalArgumentException("period " + id + ": start " + start90k + ", " + sets.size() + " sets");
        }
    }
}
