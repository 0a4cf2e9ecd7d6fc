package io.millrace.edge.http;

import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;

/**
 * The endpoints of the HTTP port, shared by all connections.
 *
 * @param turns of requests for the past
 * @param log rate-limited log for lines that clients cause
 */
record Endpoints(PageEndpoint page, HlsEndpoint hls, FlvEndpoint flv, ApiEndpoint api,
        FamiliarUrls familiar, EdgeMeters meters, Turns turns, PeerLog log) {}
