package io.millrace.platform.rtmp;

import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.tls.ServerCertificate;

/**
 * Settings of an {@link RtmpServer}. Immutable.
 *
 * @param certificate the RTMPS certificate, which the caller closes after the server; null without RTMPS
 * @param proxies load balancers whose connections begin with a PROXY header
 * @param limits limits of connections
 * @param memory limits the incomplete messages of all connections together
 */
public record RtmpServerSettings(ServerCertificate certificate, ProxySources proxies, ConnectionLimits limits,
        MemoryBudget memory) {
    /** Fraction of the heap that incomplete messages may take. */
    private static final int MEMORY_SHARE = 8;
    /** Reserve of one publisher: more than a keyframe at 6 Mbit/s; 1,000 reserves fit into a heap of 2 GB. */
    private static final int PUBLISHER_BYTES = 192 * 1024;

    /** Creates settings with an eighth of the heap for incomplete messages. */
    public RtmpServerSettings(ServerCertificate certificate, ProxySources proxies, ConnectionLimits limits) {
        this(certificate, proxies, limits,
                new MemoryBudget(Runtime.getRuntime().maxMemory() / MEMORY_SHARE, PUBLISHER_BYTES));
    }

    /** Returns settings for RTMP without TLS and without load balancers. */
    public static RtmpServerSettings standard() {
        return new RtmpServerSettings(null, ProxySources.NONE, ConnectionLimits.DEFAULT);
    }
}
