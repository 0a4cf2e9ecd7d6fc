package io.millrace.edge.view;

import io.millrace.media.m3u8.DateRange;
import io.millrace.platform.log.Cue;
import java.util.List;

/**
 * The date ranges of a segment's cues. A playlist lists the cues of its first segment, also those that were recorded
 * earlier, and of each further one those that were recorded with it. Pure.
 */
final class DateRanges {
    private DateRanges() {}

    /** Returns all cues of a segment. */
    static List<DateRange> all(List<Cue> cues) {
        return cues.stream().map(DateRanges::of).toList();
    }

    /** Returns the cues of a segment that no earlier segment has. */
    static List<DateRange> recordedWith(long segment, List<Cue> cues) {
        return cues.stream().filter(cue -> cue.place().segment() == segment).map(DateRanges::of).toList();
    }

    /** Returns the cues of a segment that an earlier segment has. */
    static List<DateRange> recordedBefore(long segment, List<Cue> cues) {
        return cues.stream().filter(cue -> cue.place().segment() != segment).map(DateRanges::of).toList();
    }

    static DateRange of(Cue cue) {
        return new DateRange(cue.id(), cue.startMs(),
                cue.endMs() == Cue.UNKNOWN ? DateRange.UNKNOWN : cue.endMs() - cue.startMs(),
                cue.plannedMs() == Cue.UNKNOWN ? DateRange.UNKNOWN : cue.plannedMs(),
                cue.attributes().stream().map(each -> new DateRange.Attribute(each.name(), each.value())).toList());
    }
}
