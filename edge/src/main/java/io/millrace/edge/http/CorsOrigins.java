package io.millrace.edge.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The origins (RFC 6454) whose pages may read responses and open WebSockets: the CORS protocol of the Fetch standard.
 * Players that are no web page send no origin and are not affected. Immutable.
 *
 * @param origins such as {@code https://example.com}, in lower case; null for every origin, empty for none
 */
public record CorsOrigins(Set<String> origins) {
    public static final CorsOrigins ANY = new CorsOrigins(null);

    private static final AsciiString ANY_ORIGIN = AsciiString.cached("*");
    private static final AsciiString EXPOSED = AsciiString.cached("Date, Age, Content-Length, Content-Range, ETag");

    public CorsOrigins {
        origins = origins == null ? null : Set.copyOf(origins);
    }

    /**
     * @param text {@code *}, {@code off}, or origins separated by commas
     * @throws IllegalArgumentException if {@code text} is not valid; the message shows valid values
     */
    public static CorsOrigins parse(String text) {
        return switch (text.strip()) {
            case "*" -> ANY;
            case "off" -> new CorsOrigins(Set.of());
            default -> new CorsOrigins(Set.copyOf(
                    Stream.of(text.split(",", -1)).map(each -> origin(each.strip().toLowerCase(Locale.ROOT)))
                            .toList()));
        };
    }

    private static String origin(String text) {
        try {
            URI uri = URI.create(text);
            boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (isWeb && uri.getHost() != null && text.equals(uri.getScheme() + "://" + uri.getHost()
                    + (uri.getPort() < 0 ? "" : ":" + uri.getPort()))) {
                return text;
            }
        } catch (IllegalArgumentException _) {
            // Reported below, like any other invalid text.
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no origin such as https://example.com, nor '*' nor 'off'");
    }

    /** Adds the headers of CORS to a response. */
    void add(HttpHeaders response, HttpHeaders request) {
        if (origins == null) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
            response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        } else if (origins.size() == 1) {
            // The same for all requests, so that caches need not keep the response once per origin.
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origins.iterator().next());
            response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        } else if (contains(request.get(HttpHeaderNames.ORIGIN))) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, request.get(HttpHeaderNames.ORIGIN));
            response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /** Adds {@code Origin} to Vary if responses depend on it. Called when all other headers are set. */
    void vary(HttpHeaders response) {
        if (origins != null && origins.size() > 1) {
            List<String> vary = new ArrayList<>(response.getAll(HttpHeaderNames.VARY));
            vary.add("origin");
            response.set(HttpHeaderNames.VARY, String.join(", ", vary));
        }
    }

    /** Returns whether a page with the origin of a request may open a WebSocket. */
    boolean admits(HttpHeaders request) {
        String origin = request.get(HttpHeaderNames.ORIGIN);
        return origins == null || origin == null || contains(origin);
    }

    private boolean contains(String origin) {
        return origin != null && origins.contains(origin.toLowerCase(Locale.ROOT));
    }
}
