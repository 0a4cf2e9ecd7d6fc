package io.millrace.edge.view;

import io.millrace.platform.log.IndexEntry;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * What viewers may see of one epoch, as of one position in the index.
 *
 * <p>Immutable.
 *
 * @param segments the known segments, complete or not, by number: those of the playlist's window, and some before and
 *     after it
 * @param media the live media playlist; null until a segment is listed
 * @param peakBitrate of the listed segments, bits per second; 0 until a segment is listed
 * @param averageBitrate of the listed segments, bits per second; 0 until a segment is listed
 * @param ended whether the view is final
 * @param newestKeyframe entry of the newest part that begins with a keyframe whose packet is known, where a reader of
 *     packets may start; null if there is none
 */
public record EpochView(NavigableMap<Long, Segment> segments, RenderedText media, long peakBitrate,
        long averageBitrate, boolean ended, IndexEntry newestKeyframe) {

    /** Returns a view without a listed segment. */
    static EpochView empty(boolean ended, IndexEntry newestKeyframe) {
        return new EpochView(Collections.emptyNavigableMap(), null, 0, 0, ended, newestKeyframe);
    }

    /** Returns whether there is a playlist. */
    public boolean isListed() {
        return media != null;
    }

    /** Returns a segment if it is known and complete. */
    public Optional<Segment> complete(long number) {
        return Optional.ofNullable(segments.get(number)).filter(Segment::complete);
    }

    /** Returns the number of the newest segment that is listed, with or without media; -1 if there is none. */
    public long newest() {
        return newestListed().map(Segment::number).orElse(-1L);
    }

    /** Returns the newest segment that is listed, with or without media. */
    public Optional<Segment> newestListed() {
        return segments.descendingMap().values().stream().filter(Segment::isClosed).findFirst();
    }

    /** Returns the newest complete segment. */
    public Optional<Segment> newestComplete() {
        return segments.descendingMap().values().stream().filter(Segment::complete).findFirst();
    }
}
