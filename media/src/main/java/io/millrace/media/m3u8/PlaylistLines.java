package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import java.util.List;

/**
 * Builds the text of a playlist line by line, and splits the text of a playlist into lines (RFC 8216, 4.1), which are
 * tags and URIs.
 */
final class PlaylistLines {
    /** Names a playlist in error messages. */
    static final String STRUCTURE = "M3U8";

    private final StringBuilder text;

    /** Starts a playlist with its first line. */
    PlaylistLines() {
        this(new StringBuilder(1024).append("#EXTM3U\n"));
    }

    private PlaylistLines(StringBuilder text) {
        this.text = text;
    }

    /** Starts a part of a playlist that does not contain the first line, such as one segment. */
    static PlaylistLines body() {
        return new PlaylistLines(new StringBuilder(128));
    }

    PlaylistLines tag(String name) {
        text.append('#').append(name).append('\n');
        return this;
    }

    PlaylistLines tag(String name, String value) {
        text.append('#').append(name).append(':').append(value).append('\n');
        return this;
    }

    PlaylistLines tag(String name, long value) {
        text.append('#').append(name).append(':').append(value).append('\n');
        return this;
    }

    /** Adds complete lines. */
    PlaylistLines text(String more) {
        text.append(more);
        return this;
    }

    PlaylistLines uri(String uri) {
        text.append(requireUri(uri)).append('\n');
        return this;
    }

    /**
     * Returns {@code uri} if it can be written as a line of a playlist: it is not empty, does not begin with {@code #},
     * and contains no whitespace or control characters.
     *
     * @throws IllegalArgumentException if it cannot, which is the caller's fault. Readers check the URIs of playlists
     *     that they parse, and throw {@link MalformedException}
     */
    static String requireUri(String uri) {
        if (uri.isEmpty() || uri.startsWith("#") || uri.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("not a URI that can stand on a playlist line: '" + uri + "'");
        }
        return uri;
    }

    /** Returns the tags and URIs after the first line, without blank lines and comments. */
    static List<String> parse(String playlist) {
        List<String> lines = playlist.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals("#EXTM3U")) {
            throw MalformedException.value(STRUCTURE, "first line", lines.isEmpty() ? "missing" : lines.getFirst(),
                    "#EXTM3U");
        }
        return lines.stream().skip(1).filter(line -> !line.isBlank())
                .filter(line -> !line.startsWith("#") || line.startsWith("#EXT")).toList();
    }

    /** Returns the value of a tag, the part of the line after {@code #NAME:}; empty for a tag without a value. */
    static String value(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(colon + 1);
    }

    /** Returns the name of a tag without {@code #}, such as {@code EXTINF}; empty for a URI. */
    static String name(String line) {
        if (!line.startsWith("#")) {
            return "";
        }
        int colon = line.indexOf(':');
        return line.substring(1, colon < 0 ? line.length() : colon);
    }

    /**
     * Parses an integer from 0 to 2^63 - 1 (RFC 8216, 4.2, "decimal-integer").
     *
     * @param name name of the tag or attribute, for errors
     * @throws MalformedException if {@code value} is not such an integer
     */
    static long integer(String name, String value) {
        if (!value.isEmpty() && value.length() <= 19 && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException _) {
                // 19 digits above 2^63 - 1
            }
        }
        throw MalformedException.value(STRUCTURE, name, value, "a decimal integer");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
