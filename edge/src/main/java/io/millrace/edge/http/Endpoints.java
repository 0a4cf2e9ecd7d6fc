package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;

/** Who answers what; shared by all connections. */
record Endpoints(PageEndpoint page, HlsEndpoint hls, PastEndpoint past, FlvEndpoint flv, ApiEndpoint api,
        FamiliarUrls familiar, EdgeMeters meters) {}
