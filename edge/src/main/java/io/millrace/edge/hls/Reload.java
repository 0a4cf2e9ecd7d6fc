package io.millrace.edge.hls;

import io.millrace.edge.exchange.Query;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.platform.log.EpochName;
import java.util.List;
import java.util.Optional;

/**
 * The delivery directives of a request for a live media playlist with parts (RFC 8216bis, 6.2.5). Immutable.
 *
 * @param segment {@code _HLS_msn}: the request waits for this segment, or for a part of it; {@link #NONE} to wait for
 *     nothing
 * @param part {@code _HLS_part}: the number of the part; {@link #NONE} for the whole segment
 * @param skip {@code _HLS_skip}: what a delta update omits; {@code v2} means the same as {@code YES}, because date
 *     ranges are never omitted (CAN-SKIP-DATERANGES), and unknown values mean nothing
 */
record Reload(long segment, int part, PartsPlaylist.Skip skip) {
    static final int NONE = -1;
    private static final String SEGMENT = "_HLS_msn";
    private static final String PART = "_HLS_part";
    private static final String SKIP = "_HLS_skip";

    /** Returns the directives; empty if they are malformed, repeated or contradictory. */
    static Optional<Reload> parse(Query query) {
        long segment = number(query, SEGMENT);
        long part = number(query, PART);
        List<String> skip = query.values().getOrDefault(SKIP, List.of(""));
        boolean isMalformed = segment < NONE || part < NONE || part > Integer.MAX_VALUE || skip.size() > 1;
        return isMalformed || part != NONE && segment == NONE
                ? Optional.empty()
                : Optional.of(new Reload(segment, (int) part, skip(skip.getFirst())));
    }

    /** Returns {@link #NONE} without the directive, and a number below that if it is not one decimal integer. */
    private static long number(Query query, String name) {
        List<String> values = query.values().get(name);
        if (values == null) {
            return NONE;
        }
        long number = values.size() == 1 ? EpochName.number(values.getFirst()) : -1;
        return number < 0 ? NONE - 1 : number;
    }

    private static PartsPlaylist.Skip skip(String value) {
        return switch (value) {
            case "YES", "v2" -> PartsPlaylist.Skip.SEGMENTS;
            default -> PartsPlaylist.Skip.NOTHING;
        };
    }

    /** Returns whether the request waits for something. */
    boolean waits() {
        return segment != NONE;
    }
}
