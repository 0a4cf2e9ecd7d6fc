package io.millrace.edge.http;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import java.util.List;

/**
 * The endpoints of the HTTP port, shared by all connections.
 *
 * @param outputs no two of them have a URL in common
 * @param origins the origins whose pages may read responses
 * @param turns the turns in which requests for past media run on the event loops
 * @param log rate-limited log for lines that clients cause
 */
record Endpoints(PageEndpoint page, List<HttpOutput> outputs, Api api, CorsOrigins origins, FamiliarUrls familiar,
        EdgeMeters meters, Turns turns, PeerLog log) {
    /** The endpoints below {@code /api/v1}. */
    record Api(ApiEndpoint streams, AccessEndpoint access, CmcdEndpoint reports) {}

    FailedConnection faults() {
        return new FailedConnection(meters, log);
    }
}
