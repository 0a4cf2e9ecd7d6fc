package io.millrace.edge.view;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.PartPlace;
import java.util.List;

/**
 * One part of a live segment, or the record that it and the rest of its segment are missing. Immutable.
 *
 * @param durationTicks 90 kHz
 * @param programDateTimeMs wall-clock time of its start, ms since 1970
 * @param independent whether it contains a keyframe
 * @param place its place in the topic {@code parts}; null if it is missing or withdrawn
 * @param cues those of its segment up to this part
 */
record LivePart(long durationTicks, long programDateTimeMs, boolean independent, PartPlace place, List<Cue> cues) {
    static LivePart of(IndexedPart record) {
        return switch (record) {
            case IndexEntry part -> new LivePart(part.times().durationTicks(), part.times().programDateTimeMs(),
                    part.independent(), part.place(), part.start().cues());
            case Gap gap -> new LivePart(gap.times().durationTicks(), gap.times().programDateTimeMs(), false, null,
                    gap.start().cues());
        };
    }

    /** Returns this part without its media, because it is withdrawn. */
    LivePart withdrawn() {
        return new LivePart(durationTicks, programDateTimeMs, false, null, cues);
    }

    /** Returns whether there are bytes: a part is empty if the rendition has no sample in it. */
    boolean hasMedia() {
        return place != null && place.mediaBytes() > 0;
    }
}
