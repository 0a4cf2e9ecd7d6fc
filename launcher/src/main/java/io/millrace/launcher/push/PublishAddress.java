package io.millrace.launcher.push;

import io.millrace.media.rtmp.RtmpUrl;
import java.net.URI;
import java.net.URISyntaxException;

/** The address of a server to publish to, as the command line has it. */
public final class PublishAddress {
    private PublishAddress() {}

    /**
     * Parses {@code rtmp[s]://host[:port]/application/stream[?query]}.
     *
     * @throws IllegalArgumentException says what would be right, without what follows the application: it may be a key
     */
    public static URI parse(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            String what = text.chars().anyMatch(Character::isWhitespace)
                    ? "it contains a blank, which is written %20"
                    : "it contains a character that must be written as %XX";
            throw new IllegalArgumentException("this is no address to publish to: " + what);
        }
        RtmpUrl.problem(url).ifPresent(problem -> {
            throw new IllegalArgumentException("this is no address to publish to: " + problem);
        });
        return url;
    }

    /** Host and application, for people: the stream's name and its query may be what lets the publisher in. */
    public static String shown(URI url) {
        RtmpUrl parsed = RtmpUrl.parse(url);
        return parsed.tcUrl() + "/…";
    }
}
