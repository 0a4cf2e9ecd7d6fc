package io.millrace.launcher;

import java.util.HexFormat;

/**
 * Makes text safe for a terminal and for a single log line. Peers control parts of such text, for example a request's
 * URI.
 *
 * <p>Pure. Replaces C0 and C1 control characters, line and paragraph separators, invisible characters, characters that
 * change the writing direction, and unpaired surrogates with escapes such as {@code \n}, {@code \t}, {@code \r} or
 * {@code \\u001b}. Backslashes are not escaped, so that Windows paths and regular expressions stay readable.
 */
final class LogText {
    /** Longer texts are truncated to this many code points. */
    static final int CHARS_MAX = 4_096;

    private static final HexFormat HEX = HexFormat.of();

    private LogText() {}

    /** Returns {@code text}, escaped and truncated; null if {@code text} is null. */
    static String escape(String text) {
        if (text == null || text.length() <= CHARS_MAX && text.codePoints().noneMatch(LogText::isUnsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(Math.min(text.length(), CHARS_MAX) + 16);
        text.codePoints().limit(CHARS_MAX).forEach(point -> append(safe, point));
        if (text.codePointCount(0, text.length()) > CHARS_MAX) {
            safe.append("… (").append(text.length()).append(" characters)");
        }
        return safe.toString();
    }

    private static void append(StringBuilder safe, int point) {
        if (!isUnsafe(point)) {
            safe.appendCodePoint(point);
            return;
        }
        switch (point) {
            case '\n' -> safe.append("\\n");
            case '\r' -> safe.append("\\r");
            case '\t' -> safe.append("\\t");
            default -> {
                for (char half : Character.toChars(point)) {
                    safe.append("\\u").append(HEX.toHexDigits(half));
                }
            }
        }
    }

    private static boolean isUnsafe(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                true;
            default -> false;
        };
    }
}
