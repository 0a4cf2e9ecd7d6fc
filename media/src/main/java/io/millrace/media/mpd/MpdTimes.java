package io.millrace.media.mpd;

import io.millrace.media.time.Ticks;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats of time in an MPD: xs:duration in seconds, and xs:dateTime in UTC with milliseconds. */
final class MpdTimes {
    private static final DateTimeFormatter DATE_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'",
            Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long MICROS = 1_000_000;

    private MpdTimes() {}

    /** @param epochMs milliseconds since 1970 UTC */
    static String dateTime(long epochMs) {
        return DATE_TIME.format(Instant.ofEpochMilli(epochMs));
    }

    /** Returns a duration of at least 0 ms, without trailing zeros: {@code PT6.5S}. */
    static String durationOfMs(long ms) {
        return duration(ms * 1_000);
    }

    /** Returns a duration of at least 0 ticks of 90 kHz, rounded to microseconds. */
    static String durationOf90k(long ticks) {
        return duration(Ticks.rescale(ticks, Ticks.MPEG, (int) MICROS));
    }

    private static String duration(long micros) {
        long fraction = micros % MICROS;
        String seconds = "PT" + micros / MICROS;
        if (fraction == 0) {
            return seconds + "S";
        }
        String digits = Long.toString(MICROS + fraction).substring(1);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return seconds + "." + digits.substring(0, end) + "S";
    }
}
