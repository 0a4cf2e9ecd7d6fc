package io.millrace.edge.dash;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.hls.HlsResponses;
import io.millrace.platform.log.StreamEntry;

/** Responses that only DASH has. */
final class DashResponses {
    private DashResponses() {}

    /** Answers a request for a stream that has no CMAF rendition. */
    static void notInDash(Responder responder, HlsResponses responses, StreamEntry entry) {
        responses.notFound(responder, "not_in_dash", entry.stream()
                + " is not available by DASH, because its epoch has no CMAF; play /" + entry.stream() + ".m3u8");
    }
}
