package io.millrace.media.mpd;

import java.util.List;

/**
 * A media presentation description (ISO/IEC 23009-1, 5.3.1).
 *
 * <p>Immutable. {@link MpdWriter#write} returns its text.
 *
 * @param type whether it is live, with what players need for that
 * @param minBufferMs duration that a player should buffer before it starts
 * @param maxSegmentMs upper bound of segment durations, rounded up
 * @param periods oldest first, with increasing starts; at least one
 */
public record Mpd(MpdType type, long minBufferMs, long maxSegmentMs, List<Period> periods) {
    public Mpd {
        periods = List.copyOf(periods);
        if (periods.isEmpty() || minBufferMs < 0 || maxSegmentMs < 0) {
            throw new IllegalArgumentException(
                    periods.size() + " periods, minBufferMs " + minBufferMs + ", maxSegmentMs " + maxSegmentMs);
        }
        for (int i = 1; i < periods.size(); i++) {
            if (periods.get(i).start90k() <= periods.get(i - 1).start90k()) {
                throw new IllegalArgumentException("period " + periods.get(i).id() + " does not begin after period "
                        + periods.get(i - 1).id());
            }
        }
    }
}
