package io.millrace.platform.past;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code start}, {@code end}, {@code --from} or {@code --to}: RFC 3339 with a zone
 * ({@code 2026-01-01T12:00:00Z}), or an offset from now ({@code -90s}, {@code -5m}, {@code -2h}, {@code -1d}).
 *
 * @param timeMs PROGRAM-DATE-TIME, ms since 1970
 * @param relative whether it was given as an offset
 */
public record PointInTime(long timeMs, boolean relative) {
    /** Describes the syntax in error messages. */
    public static final String SYNTAX = "a time with a zone (2026-01-01T12:00:00Z) or an offset from now (-90s, -5m, -2h)";

    private static final Pattern OFFSET = Pattern.compile("-([0-9]{1,9})([smhd])");
    private static final Map<String, Long> UNITS_MS = Map.of("s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d",
            86_400_000L);
    private static final Pattern RFC_3339 = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})");

    /**
     * Parses {@code text}; returns empty if it is invalid.
     *
     * @param nowMs base of relative offsets, ms since 1970
     */
    public static Optional<PointInTime> parse(String text, long nowMs) {
        Matcher offset = OFFSET.matcher(text);
        if (offset.matches()) {
            long backMs = Long.parseLong(offset.group(1)) * UNITS_MS.get(offset.group(2));
            return Optional.of(new PointInTime(nowMs - backMs, true));
        }
        String upper = text.toUpperCase(Locale.ROOT);
        if (!RFC_3339.matcher(upper).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PointInTime(OffsetDateTime.parse(upper).toInstant().toEpochMilli(), false));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /** Like {@link #parse}, for a URL parameter in which an unescaped plus sign has become a space. */
    public static Optional<PointInTime> parseParameter(String text, long nowMs) {
        return parse(text.replace(' ', '+'), nowMs);
    }
}
