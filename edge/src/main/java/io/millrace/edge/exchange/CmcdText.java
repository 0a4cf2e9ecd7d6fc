package io.millrace.edge.exchange;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Optional;

/** Finds the report of a player (CMCD) in a request for media: CTA-5004, 2.1 and 2.2. Pure. */
public final class CmcdText {
    private static final String ARGUMENT = "CMCD";
    private static final List<String> HEADERS = List.of("CMCD-Session", "CMCD-Object", "CMCD-Status", "CMCD-Request");

    private CmcdText() {}

    /**
     * Returns the report, not parsed: the four headers joined by commas, or else the query argument percent-decoded;
     * empty if the request has neither.
     */
    public static Optional<String> of(Request request) {
        // Most requests have none: nothing is allocated for them.
        StringBuilder report = null;
        for (String name : HEADERS) {
            String value = request.headers().get(name);
            if (value != null && !value.isBlank()) {
                report = report == null ? new StringBuilder() : report.append(',');
                report.append(value);
            }
        }
        if (report != null) {
            return Optional.of(report.toString());
        }
        return request.uri().contains(ARGUMENT + "=") ? argument(request.uri()) : Optional.empty();
    }

    private static Optional<String> argument(String uri) {
        try {
            return Optional.ofNullable(new QueryStringDecoder(uri).parameters().get(ARGUMENT)).map(List::getFirst);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
