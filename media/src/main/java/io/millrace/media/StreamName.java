package io.millrace.media;

import java.util.Optional;

/**
 * The public name of a stream: an application of one or more segments, and a stream, such as {@code live/show}.
 *
 * <p>Immutable; every instance is valid. Segments match {@code [A-Za-z0-9._~-]{1,128}} and are not {@code .} or
 * {@code ..}; the first is not {@code api}, {@code assets} or {@code t}; the last does not end in {@code .m3u8}, {@code .flv} or
 * {@code .mpd}.
 */
public record StreamName(String value) {
    /** Maximum number of characters of a whole name; keeps Kafka keys and URLs short. */
    public static final int LIMIT = 1024;

    private static final int SEGMENT_LIMIT = 128;

    public StreamName {
        problem(value).ifPresent(p -> {
            throw new IllegalArgumentException(p);
        });
    }

    /** Returns the name, or empty if {@code value} is not a valid name. */
    public static Optional<StreamName> parse(String value) {
        return problem(value).isEmpty() ? Optional.of(new StreamName(value)) : Optional.empty();
    }

    /** Returns a description of what is wrong with {@code value}, or empty if it is a valid name. */
    public static Optional<String> problem(String value) {
        if (value.length() > LIMIT) {
            return Optional.of("a stream name has at most " + LIMIT + " characters");
        }
        String[] segments = value.split("/", -1);
        if (segments.length < 2) {
            return Optional.of("a stream name is an application and a stream, such as live/show");
        }
        for (String segment : segments) {
            if (!isSegment(segment) || segment.equals(".") || segment.equals("..")) {
                return Optional
                        .of("a stream name is made of segments of 1 to 128 letters, digits and ._~- with / between");
            }
        }
        if (segments[0].equals("api") || segments[0].equals("assets") || segments[0].equals("t")) {
            return Optional.of("a stream name does not begin with api, assets or t");
        }
        String last = segments[segments.length - 1];
        if (last.endsWith(".m3u8") || last.endsWith(".flv") || last.endsWith(".mpd")) {
            return Optional.of("a stream name does not end in .m3u8, .flv or .mpd");
        }
        return Optional.empty();
    }

    /** Hand-written instead of a regular expression because it runs for every viewer request. */
    private static boolean isSegment(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isAllowed = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.'
                    || c == '_' || c == '~' || c == '-';
            if (!isAllowed) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= SEGMENT_LIMIT;
    }

    @Override
    public String toString() {
        return value;
    }
}
