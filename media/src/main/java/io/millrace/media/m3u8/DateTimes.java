package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Format of EXT-X-PROGRAM-DATE-TIME (RFC 8216, 4.3.2.6), always written with three digits of milliseconds and
 * {@code Z}.
 */
final class DateTimes {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'",
            Locale.ROOT).withZone(ZoneOffset.UTC);

    private DateTimes() {}

    /** @param epochMs milliseconds since 1970 UTC */
    static String text(long epochMs) {
        return FORMAT.format(Instant.ofEpochMilli(epochMs));
    }

    /**
     * Parses an ISO 8601 time with a zone. Returns milliseconds since 1970 UTC.
     *
     * @throws MalformedException if {@code text} is not such a time
     */
    static long parse(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, "EXT-X-PROGRAM-DATE-TIME", text,
                    "an ISO 8601 time with a zone");
        }
    }
}
