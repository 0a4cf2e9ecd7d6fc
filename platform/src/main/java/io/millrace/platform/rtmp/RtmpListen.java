package io.millrace.platform.rtmp;

import io.millrace.platform.net.ProxySources;

import java.nio.file.Path;

/**
 * The addresses on which publishers and players are accepted. Immutable.
 *
 * @param host address to bind
 * @param rtmpPort RTMP port, 0 for any free one
 * @param rtmpsPort RTMPS port, 0 for any free one, {@link #NONE} for none
 * @param certificate PEM file of the RTMPS certificate; null for none. With a certificate, the RTMP port accepts RTMPS
 *     as well, which it recognizes by the first byte
 * @param key PEM file of the certificate's key; null for none
 * @param proxies load balancers that send a PROXY header
 * @param limits limits of connections
 */
public record RtmpListen(String host, int rtmpPort, int rtmpsPort, Path certificate, Path key, ProxySources proxies,
        ConnectionLimits limits) {
    /** Value of {@code rtmpsPort} for no port. */
    public static final int NONE = -1;

    /** Returns settings for RTMP without TLS. */
    public static RtmpListen rtmp(String host, int port) {
        return new RtmpListen(host, port, NONE, null, null, ProxySources.NONE, ConnectionLimits.DEFAULT);
    }
}
