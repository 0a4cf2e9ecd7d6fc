package io.millrace.edge.http;

import io.millrace.platform.net.ProxySources;

/**
 * Settings of the HTTP server.
 *
 * @param host address to listen on
 * @param port to listen on; 0 for any free port
 * @param eventLoops number of threads that serve connections
 * @param limits limits on connections and requests
 * @param proxies trusted proxies, whose statements about client addresses are accepted
 * @param familiarUrls the URL schemes of other servers to support
 * @param origins the origins whose pages may read responses
 */
public record HttpSettings(String host, int port, int eventLoops, HttpLimits limits, ProxySources proxies,
        FamiliarUrls familiarUrls, CorsOrigins origins) {
    /** Returns the defaults for everything except the address. */
    public static HttpSettings of(String host, int port) {
        return new HttpSettings(host, port, Math.max(2, Runtime.getRuntime().availableProcessors()),
                HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE, CorsOrigins.ANY);
    }
}
