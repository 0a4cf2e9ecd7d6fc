package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.util.regex.Pattern;

/**
 * A pattern of stream names or of applications: {@code live/show} is one name, {@code *} stands for one whole segment,
 * and {@code **} at the end for one or more. Immutable.
 */
public record StreamPattern(String text) {
    private static final String ANY = "*";
    private static final String REST = "**";
    private static final Pattern SYNTAX = Pattern
            .compile("(?:(?:[A-Za-z0-9._~-]{1,128}|\\*)/)*(?:[A-Za-z0-9._~-]{1,128}|\\*{1,2})");

    /** Returns whether {@code text} can match a name at all. */
    public static boolean isValid(String text) {
        return text.length() <= StreamName.LIMIT && SYNTAX.matcher(text).matches();
    }

    /** Returns whether the pattern is one name. */
    public boolean isExact() {
        return !text.contains(ANY);
    }

    boolean matches(StreamName stream) {
        return matches(stream.value());
    }

    /** Returns whether the name of a stream or application matches. */
    public boolean matches(String named) {
        String[] pattern = text.split("/", -1);
        String[] name = named.split("/", -1);
        boolean isOpen = pattern[pattern.length - 1].equals(REST);
        if (isOpen ? name.length < pattern.length : name.length != pattern.length) {
            return false;
        }
        for (int i = 0; i < pattern.length - (isOpen ? 1 : 0); i++) {
            if (!pattern[i].equals(ANY) && !pattern[i].equals(name[i])) {
                return false;
            }
        }
        return true;
    }
}
