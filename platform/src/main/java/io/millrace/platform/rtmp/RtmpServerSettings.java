package io.millrace.platform.rtmp;

import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.ProxySources;

/**
 * How a server treats who connects. Immutable.
 *
 * @param certificate of RTMPS, closed by whoever opened it; null without RTMPS
 * @param proxies whose connections begin with a PROXY header
 * @param limits of each connection, and of all that do not publish or play
 * @param memory of all connections' messages that are not complete
 */
public record RtmpServerSettings(ServerCertificate certificate, ProxySources proxies, ConnectionLimits limits,
        MemoryBudget memory) {
    /** This part of the heap may be held by messages that are not complete. */
    private static final int MEMORY_SHARE = 8;
    /** What a publisher can count on: more than a keyframe of 6 Mbit/s takes, and room for 1,000 of them in a heap of 2 GB. */
    private static final int PUBLISHER_BYTES = 192 * 1024;

    /** With an eighth of the heap for messages that are not complete. */
    public RtmpServerSettings(ServerCertificate certificate, ProxySources proxies, ConnectionLimits limits) {
        this(certificate, proxies, limits,
                new MemoryBudget(Runtime.getRuntime().maxMemory() / MEMORY_SHARE, PUBLISHER_BYTES));
    }

    /** RTMP alone, from anywhere. */
    public static RtmpServerSettings standard() {
        return new RtmpServerSettings(null, ProxySources.NONE, ConnectionLimits.DEFAULT);
    }
}
