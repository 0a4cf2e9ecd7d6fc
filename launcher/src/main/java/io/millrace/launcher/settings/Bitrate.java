package io.millrace.launcher.settings;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bits a second as people write them: {@code 20Mbit}, {@code 800kbit}, {@code 2.5M}. */
final class Bitrate {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)\\s*([kmg])(?:bit)?(?:/s)?");
    private static final Map<String, Long> UNITS = Map.of("k", 1_000L, "m", 1_000_000L, "g", 1_000_000_000L);
    /** Less is none. */
    private static final long LEAST = 8_000;
    private static final long MOST = 1_000_000_000_000L;

    private Bitrate() {}

    /**
     * @return 0 for {@code off}
     * @throws IllegalArgumentException saying what would be right
     */
    static long parse(String text) {
        if (text.strip().equals("off")) {
            return 0;
        }
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            BigDecimal bits = new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(UNITS.get(matcher.group(2))));
            if (bits.longValue() >= LEAST && bits.longValue() <= MOST) {
                return bits.longValue();
            }
        }
        throw new IllegalArgumentException("'" + text.strip() + "' is no bitrate such as 20Mbit or 800kbit, nor 'off'");
    }
}
