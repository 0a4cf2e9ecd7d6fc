package io.millrace.launcher.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses numbers with a unit: durations, sizes and bitrates. Immutable.
 *
 * @param text group 1 is the number, group 2 the unit
 * @param units the value of each unit, by its name in lower case
 */
record Quantity(Pattern text, Map<String, Long> units) {
    private static final Quantity DURATION_MS = new Quantity(
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)\\s*(ms|s|m|h|d)"),
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L));
    private static final Quantity SIZE_BYTES = new Quantity(
            Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*(|B|[KMGT]i?B)", Pattern.CASE_INSENSITIVE),
            Map.of("", 1L, "b", 1L, "kb", 1_000L, "mb", 1_000_000L, "gb", 1_000_000_000L, "tb", 1_000_000_000_000L,
                    "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30, "tib", 1L << 40));
    private static final Quantity BITRATE = new Quantity(
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s*([kmg])(?:bit)?(?:/s)?", Pattern.CASE_INSENSITIVE),
            Map.of("k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L));
    /** Lower bitrates are rejected, because no real stream has such a bitrate. */
    private static final long LOWEST_BITRATE = 8_000;
    private static final long HIGHEST_BITRATE = 1_000_000_000_000L;

    /**
     * Parses a duration such as {@code 500ms}, {@code 2s}, {@code 1.5h} or {@code 7d}, rounded to whole milliseconds.
     *
     * @throws IllegalArgumentException with a message that says what is valid
     */
    static Duration duration(String text) {
        BigDecimal ms = DURATION_MS.parse(text).orElseThrow(() -> new IllegalArgumentException(
                "'" + text + "' is not a duration such as 500ms, 2s, 30m, 24h or 7d"));
        return Duration.ofMillis(ms.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    /**
     * Parses a size such as {@code 10GB} (10⁹ bytes each), {@code 512MiB} or {@code 1048576}.
     *
     * @throws IllegalArgumentException with a message that says what is valid
     */
    static long bytes(String text) {
        BigDecimal bytes = SIZE_BYTES.parse(text).orElseThrow(() -> new IllegalArgumentException(
                "'" + text + "' is not a size such as 10GB, 512MiB or 1048576 (bytes)"));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is more than 8 EiB");
        }
        return bytes.longValue();
    }

    /**
     * Parses a bitrate such as {@code 20Mbit}, {@code 800kbit} or {@code 2.5M}.
     *
     * @return bits per second; 0 for {@code off}
     * @throws IllegalArgumentException with a message that says what is valid
     */
    static long bitsPerSecond(String text) {
        if (text.strip().equals("off")) {
            return 0;
        }
        return BITRATE.parse(text).map(BigDecimal::longValue)
                .filter(bits -> bits >= LOWEST_BITRATE && bits <= HIGHEST_BITRATE)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text.strip() + "' is neither a bitrate such as 20Mbit or 800kbit nor 'off'"));
    }

    private Optional<BigDecimal> parse(String quantity) {
        Matcher matcher = text.matcher(quantity.strip());
        return matcher.matches()
                ? Optional.of(new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(units.get(matcher.group(2).toLowerCase(Locale.ROOT)))))
                : Optional.empty();
    }
}
