package io.millrace.media.m3u8;

import java.util.List;

/**
 * A live media playlist with parts (low-latency HLS, RFC 8216bis, 4.4.4.9 and appendix B). Immutable.
 *
 * @param media the complete segments
 * @param control what all versions of the playlist have in common
 * @param parts the parts of each of the segments, in their order; none for those whose parts are not listed
 * @param open the segment that is not complete, with its tags and the parts that exist; null if there is none
 * @param hintUri URI of the next part (EXT-X-PRELOAD-HINT); null if there will be none
 * @param reports how far other renditions reach
 */
public record PartsPlaylist(MediaPlaylist media, ServerControl control, List<List<MediaPart>> parts, Open open,
        String hintUri, List<RenditionReport> reports) {
    /** The lines that a playlist delta update omits: a request's {@code _HLS_skip}. */
    public enum Skip {
        /** The playlist is complete. */
        NOTHING,
        /** Segments are omitted ({@code _HLS_skip=YES}); their EXT-X-DATERANGEs are not. */
        SEGMENTS
    }

    /**
     * The segment that is not complete.
     *
     * @param programDateTimeMs wall-clock time of its start, ms since 1970 UTC
     * @param mapUri URI of its init section if it differs from that of the segment before, otherwise null
     * @param dateRanges the date ranges that are listed before the segment
     * @param parts at least one
     */
    public record Open(boolean discontinuity, String mapUri, long programDateTimeMs, List<DateRange> dateRanges,
            List<MediaPart> parts) {
        public Open {
            dateRanges = List.copyOf(dateRanges);
            parts = List.copyOf(parts);
        }
    }

    public PartsPlaylist {
        parts = List.copyOf(parts);
        reports = List.copyOf(reports);
        if (parts.size() != media.segments().size()) {
            throw new IllegalArgumentException(
                    media.segments().size() + " segments, but the parts of " + parts.size());
        }
    }

    /**
     * Returns how many segments a delta update omits: those that end at least CAN-SKIP-UNTIL before the end of the
     * playlist. 0 if there are no delta updates.
     */
    public int skippable() {
        if (control.skipUntilTicks() == 0 || media.ended()) {
            return 0;
        }
        long afterTicks = open == null ? 0 : open.parts().stream().mapToLong(MediaPart::durationTicks).sum();
        int count = media.segments().size();
        while (count > 0 && afterTicks < control.skipUntilTicks()) {
            count--;
            afterTicks += media.segments().get(count).durationTicks();
        }
        return count;
    }
}
