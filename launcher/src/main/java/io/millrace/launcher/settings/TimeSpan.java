package io.millrace.launcher.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 2s}, {@code 1.5h}, {@code 7d}; in whole milliseconds. */
final class TimeSpan {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)\\s*(ms|s|m|h|d)");
    private static final Map<String, Long> UNITS_MS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d",
            86_400_000L);

    private TimeSpan() {}

    /** @throws IllegalArgumentException saying what would be right */
    static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 500ms, 2s, 30m, 24h or 7d");
        }
        BigDecimal ms = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(UNITS_MS.get(matcher.group(2))));
        return Duration.ofMillis(ms.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }
}
