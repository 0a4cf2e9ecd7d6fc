package io.millrace.launcher.settings;

import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.platform.net.ProxySources;
import picocli.CommandLine.Option;

/** The flags for HTTP connections and requests. */
public final class HttpOptions {
    @Option(names = "--http-limits", paramLabel = "NAME=VALUE[,…]", defaultValue = LimitList.DEFAULT, description = "Timeouts, counts and sizes of HTTP connections and requests: 'default', or the limits that differ, such as idle=30s,per-address=100.")
    private HttpLimits httpLimits;

    @Option(names = "--http-proxies", paramLabel = "NETWORK[,…]", defaultValue = "off", description = "Proxies and load balancers in front of the HTTP port whose information about client addresses is trusted, by address or network.")
    private ProxySources httpProxies;

    @Option(names = "--familiar-urls", paramLabel = "SERVER[,…]", defaultValue = "off", description = "Also serve the URLs of these servers: nginx-rtmp (or nginx-rtmp=APP), mediamtx, nginx-http-flv.")
    private FamiliarUrls familiarUrls;

    public HttpLimits limits() {
        return httpLimits;
    }

    /** Returns the proxies in front of the HTTP port whose information about client addresses is trusted. */
    public ProxySources proxies() {
        return httpProxies;
    }

    /** Returns the URLs of other servers that the edge also serves. */
    public FamiliarUrls familiarUrls() {
        return familiarUrls;
    }
}
