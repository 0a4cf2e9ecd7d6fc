package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.RtmpLimits;
import java.time.Duration;

/**
 * How long and how many connections may be without doing what they came for, and how much each may ask of us. Immutable.
 *
 * @param handshake from the connection to the end of the handshake, that of TLS and a PROXY header included
 * @param connect from there to the end of {@code connect}
 * @param publish from there to {@code publish} or {@code play}, and from the end of one to the next
 * @param idle without a byte from a publisher that we want to hear
 * @param blocked without the peer taking a byte that we have for it
 * @param perAddress connections of one IPv4 address, or of one /64 of IPv6
 * @param unauthenticated connections of which no publish or play was accepted yet; where one more comes the oldest goes
 * @param rtmp of what one connection sends
 */
public record ConnectionLimits(Duration handshake, Duration connect, Duration publish, Duration idle, Duration blocked,
        int perAddress, int unauthenticated, RtmpLimits rtmp) {

    public static final ConnectionLimits DEFAULT = new ConnectionLimits(Duration.ofSeconds(5), Duration.ofSeconds(5),
            Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(10), 250, 1_000, RtmpLimits.DEFAULT);
}
