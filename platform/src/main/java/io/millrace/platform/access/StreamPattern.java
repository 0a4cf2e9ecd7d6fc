package io.millrace.platform.access;

import io.millrace.media.StreamName;

/**
 * A pattern of stream names: {@code live/show} is one stream, {@code *} stands for one whole segment, and {@code **} at
 * the end for one or more. Immutable.
 */
record StreamPattern(String text) {
    private static final String ANY = "*";
    private static final String REST = "**";

    boolean matches(StreamName stream) {
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
