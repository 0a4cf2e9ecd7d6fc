package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secret keys and the public names of their streams. Keeps only digests of the keys, so that a heap dump does not
 * contain them and the duration of a comparison does not reveal how much of a guess was right. Immutable.
 */
public final class StreamKeys {
    /**
     * A key consists of characters that are valid in the last segment of a stream name, because encoders send it there.
     */
    private static final Pattern PATTERN = Pattern
            .compile("\"?([A-Za-z0-9._~-]{1,128})\"?\\s*[:=]\\s*\"?([^\\s\"]+)\"?");
    /** Shorter keys can be guessed. A random key of 128 bits has 32 characters in hexadecimal, 22 in base64. */
    private static final int SHORT_CHARS = 16;

    private record Line(int number, String key, StreamName stream) {}

    private final Map<String, StreamName> streams;
    private final int shortKeys;

    private StreamKeys(Map<String, StreamName> streams, int shortKeys) {
        this.streams = Map.copyOf(streams);
        this.shortKeys = shortKeys;
    }

    /**
     * Parses the file.
     *
     * @param text one key per line, {@code KEY: live/show} or {@code KEY=live/show}; {@code #} begins a comment
     * @throws IllegalArgumentException if a line is not valid, or repeats the key of an earlier line; the message
     *        states the line number and does not quote the line
     */
    public static StreamKeys parse(String text) {
        Map<String, StreamName> streams = new HashMap<>();
        int shortKeys = 0;
        for (Line line : lines(text)) {
            if (streams.put(digest(line.key()), line.stream()) != null) {
                throw wrong(line.number(), "has a key that an earlier line has").get();
            }
            shortKeys += line.key().length() < SHORT_CHARS ? 1 : 0;
        }
        return new StreamKeys(streams, shortKeys);
    }

    /**
     * Returns the first key of {@code stream} in a key file; empty if there is none. An instance cannot return keys,
     * because it stores only their digests.
     *
     * @param text content of the file, as in {@link #parse}
     * @throws IllegalArgumentException if a line is not valid
     */
    public static Optional<String> keyOf(String text, StreamName stream) {
        return lines(text).stream().filter(line -> line.stream().equals(stream)).map(Line::key).findFirst();
    }

    private static List<Line> lines(String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            Matcher parts = PATTERN.matcher(stripped);
            if (!parts.matches()) {
                throw wrong(number, "is not 'KEY: application/stream', a key of letters, digits and ._~-").get();
            }
            lines.add(new Line(number, parts.group(1), StreamName.parse(parts.group(2))
                    .orElseThrow(wrong(number, "does not name a stream such as live/show"))));
        }
        return lines;
    }

    /** Returns the stream to which {@code key} belongs; empty if the key is unknown. */
    Optional<StreamName> stream(String key) {
        return Optional.ofNullable(streams.get(digest(key)));
    }

    int size() {
        return streams.size();
    }

    /** Returns the number of keys that are short enough to be guessed. */
    int shortKeys() {
        return shortKeys;
    }

    private static Supplier<IllegalArgumentException> wrong(int line, String how) {
        return () -> new IllegalArgumentException("line " + line + " " + how);
    }

    private static String digest(String key) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
