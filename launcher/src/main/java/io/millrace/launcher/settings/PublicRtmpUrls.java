package io.millrace.launcher.settings;

import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.broker.HostPort;
import io.millrace.platform.log.IngestNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the addresses at which encoders reach an ingest node, such as
 * {@code rtmp://live.example.com,rtmps://live.example.com:443}. The host {@code *} stands for the host at which the
 * browser reached the web page.
 */
final class PublicRtmpUrls {
    static final String AUTO = "auto";
    private static final int RTMP_PORT = 1935;
    private static final int RTMPS_PORT = 443;
    private static final Pattern URL = Pattern
            .compile("(rtmps?)://(?:(\\*)|\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+))(?::([^/]*))?/?");

    private PublicRtmpUrls() {}

    /**
     * Parses the addresses.
     *
     * @return the addresses; null for {@code auto}, which stands for the addresses of the node's own listeners
     * @throws IllegalArgumentException if {@code text} is not valid; the message is for the user
     */
    static PublicRtmp.Configured parse(String text) {
        if (text.strip().equals(AUTO)) {
            return null;
        }
        Optional<IngestNode.Address> rtmp = Optional.empty();
        Optional<IngestNode.Address> rtmps = Optional.empty();
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
                        "'" + text.strip() + "' has two " + url.group(1) + " addresses; give at most one of each");
            }
            if (tls) {
                rtmps = Optional.of(address(url, RTMPS_PORT));
            } else {
                rtmp = Optional.of(address(url, RTMP_PORT));
            }
        }
        return new PublicRtmp.Configured(rtmp, rtmps);
    }

    private static IngestNode.Address address(Matcher url, int defaultPort) {
        String host = url.group(3) == null ? url.group(4) : url.group(3);
        int port = url.group(5) == null ? defaultPort : HostPort.parsePort(url.group(5));
        if (port == 0) {
            throw new IllegalArgumentException("'" + url.group() + "' has port 0; a port from 1 to 65535 is required");
        }
        return new IngestNode.Address(url.group(2) == null ? host : null, port);
    }
}
