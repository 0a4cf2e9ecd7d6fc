package io.millrace.tools.push;

import io.millrace.media.rtmp.RtmpUrl;
import java.net.URI;
import java.net.URISyntaxException;

/** Parses and displays the address of a server to publish to. */
public final class PublishAddress {
    private PublishAddress() {}

    /**
     * Parses {@code rtmp[s]://host[:port]/application/stream[?query]}.
     *
     * @throws IllegalArgumentException with a message that describes the fault, without the part after the application,
     *     which may be a key
     */
    public static URI parse(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            String what = text.chars().anyMatch(Character::isWhitespace)
                    ? "it contains a space, which must be written as %20"
                    : "it contains a character that must be written as %XX";
            throw new IllegalArgumentException("invalid address to publish to: " + what);
        }
        RtmpUrl.problem(url).ifPresent(problem -> {
            throw new IllegalArgumentException("invalid address to publish to: " + problem);
        });
        return url;
    }

    /**
     * Returns host and application for display, without the stream name and query, which may authorize the publisher.
     */
    public static String shown(URI url) {
        RtmpUrl parsed = RtmpUrl.parse(url);
        return parsed.tcUrl() + "/…";
    }
}
