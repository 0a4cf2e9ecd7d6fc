package io.millrace.media.cmcd;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads reports in the text format of CMCD: a dictionary of structured fields (RFC 8941, 3.2; CTA-5004, 3.1), as it is
 * the value of the query argument {@code CMCD} after percent-decoding, of the four request headers when they are joined
 * by commas, and of a line in the body of an event report (CTA-5004-A). The same for both versions: values of version 2
 * may be inner lists. Pure.
 */
public final class CmcdReader {
    /** Maximum length of one report in characters. */
    public static final int LENGTH_LIMIT = 4_096;
    /** Maximum number of keys of one report. */
    public static final int KEY_LIMIT = 64;
    /** Maximum length of {@code sid} (CTA-5004, table 1). */
    public static final int SESSION_LIMIT = 64;
    /** Maximum length of {@code cid} (CTA-5004-A; 64 in version 1). */
    public static final int CONTENT_LIMIT = 128;

    private static final String STRUCTURE = "CMCD";
    /** Values of {@code ot}: playlists, init sections, captions, keys and sound alone. */
    private static final Set<String> WITHOUT_PICTURE = Set.of("m", "i", "c", "tt", "k", "a");
    private static final long DAY_MS = 86_400_000;
    private static final long HIGHEST_START_MS = 3_600_000;
    private static final long HIGHEST_KBPS = 1_000_000;
    private static final long HIGHEST_COUNT = 100_000;

    private CmcdReader() {}

    /**
     * Reads one report.
     *
     * @throws MalformedException if the text is no dictionary, or a known key has a value that the standard does not
     *     allow or that no player can have measured
     * @throws OverLimitException if the text, an identifier or the number of keys exceeds its limit
     */
    public static CmcdReport read(String text) {
        if (text.length() > LENGTH_LIMIT) {
            throw new OverLimitException(STRUCTURE, "length", text.length(), LENGTH_LIMIT);
        }
        return report(new Scan(text).dictionary());
    }

    private static CmcdReport report(Map<String, List<String>> values) {
        String type = first(values, "ot");
        boolean hasPicture = type == null || !WITHOUT_PICTURE.contains(type);
        return new CmcdReport(
                identifier(values, "sid", SESSION_LIMIT),
                identifier(values, "cid", CONTENT_LIMIT),
                state(first(values, "sta")),
                new CmcdReport.Measures(least(values, "msd", HIGHEST_START_MS), least(values, "ltc", DAY_MS),
                        hasPicture ? greatest(values, "br", HIGHEST_KBPS) : CmcdReport.UNKNOWN,
                        least(values, "bl", DAY_MS)),
                new CmcdReport.Starvation("true".equals(first(values, "bs")),
                        greatest(values, "bsa", HIGHEST_COUNT)));
    }

    private static CmcdReport.State state(String token) {
        return switch (token) {
            case null -> null;
            case "r" -> CmcdReport.State.REBUFFERING;
            case "e", "f", "q" -> CmcdReport.State.OVER;
            default -> CmcdReport.State.OTHER;
        };
    }

    private static String first(Map<String, List<String>> values, String key) {
        List<String> all = values.get(key);
        return all == null || all.isEmpty() ? null : all.getFirst();
    }

    private static String identifier(Map<String, List<String>> values, String key, int limit) {
        String value = first(values, key);
        if (value != null && value.length() > limit) {
            throw new OverLimitException(STRUCTURE, key, value.length(), limit);
        }
        return value == null || value.isEmpty() ? null : value;
    }

    private static long least(Map<String, List<String>> values, String key, long highest) {
        return values.getOrDefault(key, List.of()).stream().mapToLong(value -> number(key, value, highest)).min()
                .orElse(CmcdReport.UNKNOWN);
    }

    private static long greatest(Map<String, List<String>> values, String key, long highest) {
        return values.getOrDefault(key, List.of()).stream().mapToLong(value -> number(key, value, highest)).max()
                .orElse(CmcdReport.UNKNOWN);
    }

    /** Players send whole numbers, some of them with a fraction, which is dropped. */
    private static long number(String key, String value, long highest) {
        if (!value.matches("[0-9]{1,15}(\\.[0-9]{1,9})?")) {
            throw MalformedException.value(STRUCTURE, key, "no number", "a number");
        }
        int point = value.indexOf('.');
        long number = Long.parseLong(point < 0 ? value : value.substring(0, point));
        if (number > highest) {
            throw MalformedException.value(STRUCTURE, key, number, "at most " + highest);
        }
        return number;
    }

    /** A position in the text of a dictionary. */
    private static final class Scan {
        private final String text;
        private int at;

        Scan(String text) {
            this.text = text;
        }

        /** Returns the values by key: those of an inner list, or one; of a key that occurs twice, the last ones. */
        Map<String, List<String>> dictionary() {
            Map<String, List<String>> values = new HashMap<>();
            skipSpaces();
            while (at < text.length()) {
                String key = key();
                values.put(key, has('=') ? value() : List.of("true"));
                if (values.size() > KEY_LIMIT) {
                    throw new OverLimitException(STRUCTURE, "keys", values.size(), KEY_LIMIT);
                }
                parameters();
                skipSpaces();
                if (at < text.length()) {
                    expect(',');
                    skipSpaces();
                }
            }
            return values;
        }

        private List<String> value() {
            if (!has('(')) {
                return List.of(item());
            }
            List<String> items = new ArrayList<>();
            skipSpaces();
            while (!has(')')) {
                items.add(item());
                parameters();
                skipSpaces();
            }
            return items;
        }

        /** Version 2 says by a parameter to which track a value belongs: {@code bl=(4000;v 3800;a)}. */
        private void parameters() {
            while (has(';')) {
                skipSpaces();
                key();
                if (has('=')) {
                    item();
                }
            }
        }

        private String key() {
            int from = at;
            while (at < text.length() && isOfKey(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw malformed("has no key");
            }
            return text.substring(from, at);
        }

        /** Custom keys have a prefix, a name in reverse-DNS order and a hyphen. */
        private static boolean isOfKey(char c) {
            return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "_-.*".indexOf(c) >= 0;
        }

        private String item() {
            if (has('"')) {
                return string();
            }
            if (has('?')) {
                return has('1') ? "true" : falseValue();
            }
            int from = at;
            while (at < text.length() && isOfToken(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw malformed("has no value");
            }
            return text.substring(from, at);
        }

        private String falseValue() {
            expect('0');
            return "false";
        }

        private static boolean isOfToken(char c) {
            return c > ' ' && c < 0x7f && ",;()\"=".indexOf(c) < 0;
        }

        private String string() {
            var out = new StringBuilder();
            while (!has('"')) {
                has('\\');
                if (at == text.length()) {
                    throw malformed("has a string without an end");
                }
                out.append(text.charAt(at++));
            }
            return out.toString();
        }

        private boolean has(char wanted) {
            boolean found = at < text.length() && text.charAt(at) == wanted;
            if (found) {
                at++;
            }
            return found;
        }

        private void expect(char wanted) {
            if (!has(wanted)) {
                throw malformed("lacks a " + wanted);
            }
        }

        private void skipSpaces() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        /** The message has nothing of the text, which may identify a viewer. */
        private MalformedException malformed(String what) {
            return new MalformedException(STRUCTURE, "position " + at, what);
        }
    }
}
