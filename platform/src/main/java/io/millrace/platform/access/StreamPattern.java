package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.util.List;

/**
 * A pattern of stream names: {@code live/show} is one stream, {@code *} stands for one whole segment, and {@code **} at
 * the end for one or more. Immutable.
 */
public record StreamPattern(String text) {
    private static final String ANY = "*";
    private static final String REST = "**";

    /**
     * Parses a pattern that an operator has written.
     *
     * @throws IllegalArgumentException if no stream can match it; the message says what is valid
     */
    public static StreamPattern parse(String text) {
        List<String> segments = List.of(text.split("/", -1));
        List<String> fixed = segments.stream().filter(segment -> !segment.equals(ANY) && !segment.equals(REST))
                .toList();
        if (fixed.stream().anyMatch(segment -> segment.isEmpty() || segment.contains(ANY))
                || segments.subList(0, segments.size() - 1).contains(REST)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a pattern of stream names such as live/show, live/*"
                            + " or **");
        }
        return new StreamPattern(text);
    }

    /** Returns whether at most one stream matches. */
    public boolean isOneStream() {
        return !text.contains(ANY);
    }

    /** Returns whether the pattern matches the name of a stream. */
    public boolean matches(StreamName stream) {
        String[] pattern = text.split("/", -1);
        String[] name = stream.value().split("/", -1);
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
