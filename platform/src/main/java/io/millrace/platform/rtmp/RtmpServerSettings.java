package io.millrace.platform.rtmp;

import io.millrace.platform.net.ProxySources;

/**
 * How a server treats who connects. Immutable.
 *
 * @param certificate of RTMPS, closed by whoever opened it; null without RTMPS
 * @param proxies whose connections begin with a PROXY header
 * @param limits of each connection, and of all that do not publish or play
 */
public record RtmpServerSettings(ServerCertificate certificate, ProxySources proxies, ConnectionLimits limits) {
    /** RTMP alone, from anywhere. */
    public static final RtmpServerSettings DEFAULT = new RtmpServerSettings(null, ProxySources.NONE,
            ConnectionLimits.DEFAULT);
}
