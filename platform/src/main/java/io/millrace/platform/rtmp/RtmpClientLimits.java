package io.millrace.platform.rtmp;

import java.time.Duration;

/**
 * Time limits of an {@link RtmpClient}. Immutable.
 *
 * @param connect limit for opening the TCP connection, and again for each read during the TLS handshake
 * @param start limit from the open connection to NetStream.Publish.Start
 * @param blocked a server that accepts no byte for this long counts as dead
 */
public record RtmpClientLimits(Duration connect, Duration start, Duration blocked) {
    /**
     * {@code blocked} exceeds the 30 s for which a Millrace server may wait for its log before it ends the publish and
     * sends the reason.
     */
    public static final RtmpClientLimits DEFAULT = new RtmpClientLimits(Duration.ofSeconds(5), Duration.ofSeconds(15),
            Duration.ofSeconds(45));
}
