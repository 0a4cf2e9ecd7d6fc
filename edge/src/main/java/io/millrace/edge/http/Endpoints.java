package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.platform.net.PeerLog;

/**
 * Who answers what; shared by all connections.
 *
 * @param log what clients cause to be written to it
 */
record Endpoints(PageEndpoint page, HlsEndpoint hls, PastEndpoint past, FlvEndpoint flv, ApiEndpoint api,
        FamiliarUrls familiar, EdgeMeters meters, PeerLog log) {}
