package io.millrace.launcher.settings;

import io.millrace.platform.log.IngestNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By which addresses encoders reach an ingest node, if they are not those of its listeners: {@code auto}, or
 * {@code rtmp://live.example.com,rtmps://live.example.com:443}; {@code *} is the host by which a person reached the page.
 * Immutable.
 *
 * @param told whether any are given; otherwise the node's own
 * @param rtmp empty if none is given
 * @param rtmps empty if none is given
 */
public record PublicRtmpUrls(boolean told, Optional<IngestNode.Address> rtmp, Optional<IngestNode.Address> rtmps) {
    static final String AUTO = "auto";
    private static final int RTMP_PORT = 1935;
    private static final int RTMPS_PORT = 443;
    private static final Pattern URL = Pattern
            .compile("(rtmps?)://(?:(\\*)|\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::([^/]*))?/?");

    /** @throws IllegalArgumentException saying what would be right */
    static PublicRtmpUrls parse(String text) {
        Optional<IngestNode.Address> rtmp = Optional.empty();
        Optional<IngestNode.Address> rtmps = Optional.empty();
        if (text.strip().equals(AUTO)) {
            return new PublicRtmpUrls(false, rtmp, rtmps);
        }
        for (String each : text.split(",", -1)) {
            Matcher url = URL.matcher(each.strip());
            if (!url.matches()) {
                throw new IllegalArgumentException(
                        "'" + each.strip() + "' is neither an address without a path, such as"
                                + " rtmp://live.example.com:1935, nor 'auto'");
            }
            boolean tls = url.group(1).equals("rtmps");
            if ((tls ? rtmps : rtmp).isPresent()) {
                throw new IllegalArgumentException(
                        "'" + text.strip() + "' has two addresses of " + url.group(1) + "; give one of each protocol");
            }
            if (tls) {
                rtmps = Optional.of(address(url, RTMPS_PORT));
            } else {
                rtmp = Optional.of(address(url, RTMP_PORT));
            }
        }
        return new PublicRtmpUrls(true, rtmp, rtmps);
    }

    private static IngestNode.Address address(Matcher url, int defaultPort) {
        String host = url.group(3) == null ? url.group(4) : url.group(3);
        int port = url.group(5) == null ? defaultPort : Ports.parse(url.group(5));
        if (port == 0) {
            throw new IllegalArgumentException("'" + url.group() + "' has port 0, which nobody can reach");
        }
        return new IngestNode.Address(url.group(2) == null ? host : null, port);
    }
}
