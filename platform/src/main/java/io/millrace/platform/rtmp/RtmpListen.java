package io.millrace.platform.rtmp;

import io.millrace.platform.net.ProxySources;

import java.nio.file.Path;

/**
 * Where publishers and players come. Immutable.
 *
 * @param host address of the listeners
 * @param rtmpPort 0 for any free one
 * @param rtmpsPort 0 for any free one, {@link #NONE} for none
 * @param certificate PEM file for RTMPS, on its port and by first byte on that of RTMP; null without
 * @param key PEM file of its key; null without
 * @param proxies balancers that send a PROXY header
 * @param limits of connections
 */
public record RtmpListen(String host, int rtmpPort, int rtmpsPort, Path certificate, Path key, ProxySources proxies,
        ConnectionLimits limits) {
    public static final int NONE = -1;

    /** RTMP alone. */
    public static RtmpListen rtmp(String host, int port) {
        return new RtmpListen(host, port, NONE, null, null, ProxySources.NONE, ConnectionLimits.DEFAULT);
    }
}
