package io.millrace.edge;

import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.edge.live.Pace;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.rtmp.RtmpListen;

/**
 * Settings of one edge.
 *
 * @param host address to listen on
 * @param httpPort 0: any free one
 * @param node this process's id, part of Kafka client ids
 * @param eventLoops threads that serve connections
 * @param limits of connections and requests; of players of RTMP there are no more than of connections
 * @param proxies that are believed when they say for whom they connect
 * @param familiarUrls of other servers that hold here, too
 * @param partCacheBytes memory for parts that viewers ask for, off the heap
 * @param pastPartCacheBytes the same for parts of the past, so that they never push out what is live
 * @param pastIndexBytes memory for playlists of the past
 * @param flvTickNanos how often viewers of HTTP-FLV are written to at most; 0: whenever something comes;
 *     {@link Pace#ADAPTIVE}: as the load allows; those of RTMP likewise
 * @param rtmp where players of RTMP come; null if somebody else listens for them ({@link EdgeService#players})
 */
public record EdgeSettings(String host, int httpPort, String node, int eventLoops, HttpLimits limits,
        ProxySources proxies, FamiliarUrls familiarUrls, long partCacheBytes, long pastPartCacheBytes,
        long pastIndexBytes, long flvTickNanos, RtmpListen rtmp) {
    /** Half a minute of ten streams at 6 Mbit/s. */
    private static final long PART_CACHE_BYTES = 256L * 1024 * 1024;
    /** Viewers of the past seldom watch the same: it holds what each will ask for next. */
    private static final long PAST_PART_CACHE_BYTES = 64L * 1024 * 1024;
    /** A day of ten streams. */
    private static final long PAST_INDEX_BYTES = 64L * 1024 * 1024;

    /** The defaults for everything but the address. */
    public static EdgeSettings of(String host, int httpPort, String node) {
        return new EdgeSettings(host, httpPort, node, Math.max(2, Runtime.getRuntime().availableProcessors()),
                HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE, PART_CACHE_BYTES, PAST_PART_CACHE_BYTES,
                PAST_INDEX_BYTES, Pace.ADAPTIVE, null);
    }

    public EdgeSettings withFlvTickNanos(long nanos) {
        return new EdgeSettings(host, httpPort, node, eventLoops, limits, proxies, familiarUrls, partCacheBytes,
                pastPartCacheBytes, pastIndexBytes, nanos, rtmp);
    }

    public EdgeSettings withRtmp(RtmpListen listen) {
        return new EdgeSettings(host, httpPort, node, eventLoops, limits, proxies, familiarUrls, partCacheBytes,
                pastPartCacheBytes, pastIndexBytes, flvTickNanos, listen);
    }

    public EdgeSettings withHttp(HttpLimits its, ProxySources believed, FamiliarUrls familiar) {
        return new EdgeSettings(host, httpPort, node, eventLoops, its, believed, familiar, partCacheBytes,
                pastPartCacheBytes, pastIndexBytes, flvTickNanos, rtmp);
    }
}
