package io.millrace.edge.view;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * The part of one rendition of an epoch that viewers may see, as of one position in the index.
 *
 * <p>Immutable.
 *
 * @param segments the known segments, complete or not, by number: those of the playlist's window, and some before and
 *     after it
 * @param oldest number of the oldest segment that the live media playlist lists; -1 until a segment is listed
 * @param media the live media playlist; null until a segment is listed
 * @param iframes the live playlist of keyframes; null until a segment is listed, and if the rendition has none
 * @param peakBitrate of the listed segments, bits per second; 0 until a segment is listed
 * @param averageBitrate of the listed segments, bits per second; 0 until a segment is listed
 * @param ended whether the view is final
 */
public record RenditionView(NavigableMap<Long, Segment> segments, long oldest, RenderedText media,
        LiveIframes iframes, long peakBitrate, long averageBitrate, boolean ended) {

    /** Returns a view without a segment. */
    static RenditionView empty(boolean ended) {
        return new RenditionView(Collections.emptyNavigableMap(), -1, null, null, 0, 0, ended);
    }

    /** Returns the live playlist of keyframes. Called once a segment is listed, of video in CMAF. */
    public RenderedText iframeText() {
        return iframes.text();
    }

    /** Returns the bitrate of the live playlist of keyframes. */
    IframeRate iframeRate() {
        return iframes == null ? IframeRate.NONE : iframes.rate();
    }

    /** Returns whether there is a playlist. */
    public boolean isListed() {
        return media != null;
    }

    /** Returns a segment if it is known and complete. */
    public Optional<Segment> complete(long number) {
        return Optional.ofNullable(segments.get(number)).filter(Segment::complete);
    }

    /** Returns the newest complete segment with a discontinuity number. */
    public Optional<Segment> completeAfter(long discontinuity) {
        return segments.descendingMap().values().stream()
                .filter(segment -> segment.complete() && segment.start().discontinuity() == discontinuity).findFirst();
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
