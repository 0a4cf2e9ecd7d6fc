package io.millrace.edge.http;

import io.millrace.platform.net.ProxySources;
import java.nio.file.Path;

/**
 * Settings of the HTTP server.
 *
 * @param host address to listen on
 * @param port to listen on; 0 for any free port
 * @param tls TLS; null for none
 * @param eventLoops number of threads that serve connections
 * @param limits limits on connections and requests
 * @param proxies trusted proxies, whose statements about client addresses are accepted
 * @param familiarUrls the URL schemes of other servers to support
 * @param origins the origins whose pages may read responses
 */
public record HttpSettings(String host, int port, Tls tls, int eventLoops, HttpLimits limits, ProxySources proxies,
        FamiliarUrls familiarUrls, CorsOrigins origins) {
    /** Value of a port that is not to be opened. */
    public static final int NONE = -1;

    /**
     * TLS. With it, the HTTP port accepts HTTPS as well, which it recognizes by the first byte.
     *
     * @param port port for HTTPS alone, 0 for any free one, {@link #NONE} for none
     * @param certificate PEM file of the certificate and the intermediate ones
     * @param key PEM file of the certificate's key
     */
    public record Tls(int port, Path certificate, Path key) {}

    /** Returns the defaults for everything except the address. */
    public static HttpSettings of(String host, int port) {
        return new HttpSettings(host, port, null, Math.max(2, Runtime.getRuntime().availableProcessors()),
                HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE, CorsOrigins.ANY);
    }
}
