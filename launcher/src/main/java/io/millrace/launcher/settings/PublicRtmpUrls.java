package io.millrace.launcher.settings;

import io.millrace.platform.log.IngestNode;
import java.net.URI;
import java.util.Optional;

/**
 * By which addresses encoders reach an ingest node, if they are not those of its listeners: {@code auto}, or
 * {@code rtmp://live.example.com,rtmps://live.example.com:443}. Immutable.
 *
 * @param told whether any are given; otherwise the node's own
 * @param rtmp empty if none is given
 * @param rtmps empty if none is given
 */
public record PublicRtmpUrls(boolean told, Optional<IngestNode.Address> rtmp, Optional<IngestNode.Address> rtmps) {
    static final String AUTO = "auto";
    private static final int RTMP_PORT = 1935;
    private static final int RTMPS_PORT = 443;

    /** @throws IllegalArgumentException saying what would be right */
    static PublicRtmpUrls parse(String text) {
        Optional<IngestNode.Address> rtmp = Optional.empty();
        Optional<IngestNode.Address> rtmps = Optional.empty();
        if (text.strip().equals(AUTO)) {
            return new PublicRtmpUrls(false, rtmp, rtmps);
        }
        for (String each : text.split(",", -1)) {
            URI url = url(each.strip());
            boolean tls = url.getScheme().equals("rtmps");
            if ((tls ? rtmps : rtmp).isPresent()) {
                throw new IllegalArgumentException("'" + text.strip() + "' names two addresses of " + url.getScheme()
                        + "; give one of each protocol");
            }
            if (tls) {
                rtmps = Optional.of(address(url, RTMPS_PORT));
            } else {
                rtmp = Optional.of(address(url, RTMP_PORT));
            }
        }
        return new PublicRtmpUrls(true, rtmp, rtmps);
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            boolean isRtmp = "rtmp".equals(url.getScheme()) || "rtmps".equals(url.getScheme());
            boolean isBare = url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null
                    && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
            if (isRtmp && isBare && url.getHost() != null && url.getPort() != 0 && url.getPort() <= 65_535) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Said below, like one of another scheme.
        }
        throw new IllegalArgumentException("'" + text
                + "' is no address such as rtmp://live.example.com:1935, without a path, or 'auto'");
    }

    private static IngestNode.Address address(URI url, int defaultPort) {
        String host = url.getHost();
        // IPv6 stands in brackets in a URL and nowhere else.
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new IngestNode.Address(bare, url.getPort() < 0 ? defaultPort : url.getPort());
    }
}
