package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The attributes of one tag (RFC 8216, 4.2), in order.
 *
 * <p>Confined to one thread. Values are stored as in the playlist, including quotes.
 */
final class AttributeList {
    private static final Pattern ATTRIBUTE = Pattern.compile("\\G([A-Z0-9-]+)=(\"[^\"\\r\\n]*\"|[^\",\\s]+)(,|$)");

    private final Map<String, String> values = new LinkedHashMap<>();

    AttributeList number(String name, long value) {
        return token(name, Long.toString(value));
    }

    /** Adds an unquoted value: an enumerated string, a resolution or a decimal. */
    AttributeList token(String name, String value) {
        values.put(name, value);
        return this;
    }

    /**
     * Adds a quoted value.
     *
     * @throws IllegalArgumentException if the value contains a quote or a line break
     */
    AttributeList quoted(String name, String value) {
        if (value.chars().anyMatch(c -> c == '"' || c == '\r' || c == '\n')) {
            throw new IllegalArgumentException("a quoted attribute must not contain quotes or line breaks: " + value);
        }
        return token(name, '"' + value + '"');
    }

    /**
     * Parses the attributes of a tag.
     *
     * @param tag name of the tag, for errors
     * @throws MalformedException if {@code text} is not a list of attributes, or a name is repeated
     */
    static AttributeList parse(String tag, String text) {
        AttributeList list = new AttributeList();
        Matcher matcher = ATTRIBUTE.matcher(text);
        int end = 0;
        boolean more = true;
        while (more && matcher.find()) {
            if (list.values.put(matcher.group(1), matcher.group(2)) != null) {
                throw MalformedException.value(tag, matcher.group(1), "repeated", "once");
            }
            end = matcher.end();
            more = !matcher.group(3).isEmpty();
        }
        if (more || end != text.length()) {
            throw MalformedException.value(tag, "attributes", text, "NAME=value,...");
        }
        return list;
    }

    /** Returns an unquoted value; empty if the attribute is missing or quoted. */
    Optional<String> token(String name) {
        return Optional.ofNullable(values.get(name)).filter(v -> !v.startsWith("\""));
    }

    /** Returns a quoted value without its quotes; empty if the attribute is missing or not quoted. */
    Optional<String> quoted(String name) {
        return Optional.ofNullable(values.get(name)).filter(v -> v.startsWith("\""))
                .map(v -> v.substring(1, v.length() - 1));
    }

    /** Returns the attributes as {@code NAME=value,NAME="value"}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) -> text.append(text.isEmpty() ? "" : ",").append(name).append('=').append(value));
        return text.toString();
    }
}
