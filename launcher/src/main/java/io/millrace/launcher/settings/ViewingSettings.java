package io.millrace.launcher.settings;

import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.platform.net.ProxySources;

/**
 * Viewers at the HTTP port.
 *
 * @param flvTick how often viewers of HTTP-FLV are written to at most
 * @param limits of connections and requests
 * @param proxies that are believed for whom they connect
 * @param familiarUrls of other servers that hold here, too
 */
public record ViewingSettings(FlvTick flvTick, HttpLimits limits, ProxySources proxies,
        FamiliarUrls familiarUrls) {}
