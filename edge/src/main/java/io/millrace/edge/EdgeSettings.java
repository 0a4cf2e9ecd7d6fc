package io.millrace.edge;

import io.millrace.edge.http.CorsOrigins;
import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.edge.http.HttpSettings;
import io.millrace.edge.players.AudienceFeed;
import io.millrace.edge.view.Pace;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.rtmp.RtmpListen;
import java.time.Duration;

/**
 * Settings of one edge.
 *
 * @param node this process's id, part of Kafka client ids
 * @param http settings of the HTTP server; its limit on connections also applies to RTMP players, counted separately
 * @param caches limits of the memory for what viewers request
 * @param flvTickNanos minimum interval of writes to FLV and RTMP viewers; 0 writes every tag at once,
 *     {@link Pace#ADAPTIVE} adapts to the load
 * @param rtmp the listener for RTMP players; null if another service listens for them ({@link EdgeService#players})
 * @param audienceInterval how often the edge writes what its viewers experience; null: it does not collect it
 */
public record EdgeSettings(String node, HttpSettings http, Caches caches, long flvTickNanos, RtmpListen rtmp,
        Duration audienceInterval) {
    /**
     * Limits of the memory for what viewers request, in bytes.
     *
     * @param partBytes direct memory for parts
     * @param pastPartBytes direct memory for parts of past media, separate so that they never evict live parts
     * @param pastIndexBytes memory for playlists of past media
     */
    public record Caches(long partBytes, long pastPartBytes, long pastIndexBytes) {
        /**
         * Parts: half a minute of ten streams at 6 Mbit/s. Parts of past media: less, since viewers seldom share them,
         * so that the cache has to hold only what each viewer will request next. Playlists: a day of ten streams.
         */
        public static final Caches DEFAULT = new Caches(256L << 20, 64L << 20, 64L << 20);
    }

    /** Returns the defaults for everything except the address, without a listener for RTMP players. */
    public static EdgeSettings of(String host, int httpPort, String node) {
        return new EdgeSettings(node, HttpSettings.of(host, httpPort), Caches.DEFAULT, Pace.ADAPTIVE, null,
                AudienceFeed.INTERVAL);
    }

    public EdgeSettings withFlvTickNanos(long nanos) {
        return new EdgeSettings(node, http, caches, nanos, rtmp, audienceInterval);
    }

    public EdgeSettings withRtmp(RtmpListen listen) {
        return new EdgeSettings(node, http, caches, flvTickNanos, listen, audienceInterval);
    }

    /** @param interval how often the edge writes what its viewers experience; null: it does not collect it */
    public EdgeSettings withAudience(Duration interval) {
        return new EdgeSettings(node, http, caches, flvTickNanos, rtmp, interval);
    }

    public EdgeSettings withHttp(HttpLimits limits, ProxySources proxies, FamiliarUrls familiarUrls) {
        return new EdgeSettings(node, new HttpSettings(http.host(), http.port(), http.tls(), http.eventLoops(),
                limits, proxies, familiarUrls, http.origins()), caches, flvTickNanos, rtmp, audienceInterval);
    }

    public EdgeSettings withOrigins(CorsOrigins origins) {
        return new EdgeSettings(node, new HttpSettings(http.host(), http.port(), http.tls(), http.eventLoops(),
                http.limits(), http.proxies(), http.familiarUrls(), origins), caches, flvTickNanos, rtmp,
                audienceInterval);
    }

    public EdgeSettings withTls(HttpSettings.Tls tls) {
        return new EdgeSettings(node, new HttpSettings(http.host(), http.port(), tls, http.eventLoops(), http.limits(),
                http.proxies(), http.familiarUrls(), http.origins()), caches, flvTickNanos, rtmp, audienceInterval);
    }
}
