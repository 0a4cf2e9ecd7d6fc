package io.millrace.launcher;

import java.util.HexFormat;

/**
 * Text of the log as it is safe on a terminal and on one line: peers choose parts of it, such as a request's URI.
 *
 * <p>Pure. Control characters of C0 and C1, line and paragraph separators, those that change the direction of writing or cannot be seen, and
 * halves of surrogate pairs become {@code \n}, {@code \t}, {@code \r} or {@code \\u001b}. A backslash stays as it is, so Windows
 * paths and regular expressions can still be read.
 */
final class LogText {
    /** A longer text is cut: nothing that a person reads is longer. */
    static final int CHARS_MAX = 4_096;

    private static final HexFormat HEX = HexFormat.of();

    private LogText() {}

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
