package io.millrace.edge.exchange;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        String headers = HEADERS.stream().flatMap(name -> Stream.ofNullable(request.headers().get(name)))
                .filter(value -> !value.isBlank()).collect(Collectors.joining(","));
        if (!headers.isEmpty()) {
            return Optional.of(headers);
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
