package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A pattern of stream names or of applications: {@code live/show} is one name, {@code *} stands for one whole segment,
 * and {@code **} at the end for one or more. Immutable.
 */
public record StreamPattern(String text) {
    private static final String ANY = "*";
    private static final String REST = "**";
    private static final Pattern SYNTAX = Pattern
            .compile("(?:(?:[A-Za-z0-9._~-]{1,128}|\\*)/)*(?:[A-Za-z0-9._~-]{1,128}|\\*{1,2})");

    /**
     * Parses a pattern that an operator has written.
     *
     * @throws IllegalArgumentException if no name can match it; the message says what is valid
     */
    public static StreamPattern parse(String text) {
        if (text.length() > StreamName.LIMIT || !SYNTAX.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a pattern of names such as live/show, live/* or **");
        }
        return new StreamPattern(text);
    }

    /**
     * Returns the candidate for the application of a stream, the part of its name before the last slash; empty if none
     * matches. As with the locations of nginx, the exact name of an application takes precedence, then the first pattern
     * that matches.
     */
    public static <T> Optional<T> ofApplication(String stream, List<T> candidates,
            Function<T, StreamPattern> pattern) {
        String application = stream.substring(0, Math.max(0, stream.lastIndexOf('/')));
        List<T> matching = candidates.stream().filter(each -> pattern.apply(each).matches(application)).toList();
        return Stream.concat(matching.stream().filter(each -> pattern.apply(each).isExact()), matching.stream())
                .findFirst();
    }

    /** Returns whether the pattern is one name. */
    public boolean isExact() {
        return !text.contains(ANY);
    }

    /** Returns whether the pattern matches the name of a stream. */
    public boolean matches(StreamName stream) {
        return matches(stream.value());
    }

    /** Returns whether the pattern matches the name of a stream or application. */
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
