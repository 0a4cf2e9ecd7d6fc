package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.view.MpdText;
import io.millrace.media.StreamName;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The table of the API on the HTTP port: everything that is neither the web page nor media. {@code OpenApiTest} compares
 * it with the OpenAPI document.
 */
enum ApiResource {
    /** The description of the API. */
    OPEN_API("/api/v1/openapi.json", "GET", (_, _) -> new Route.OpenApi()),
    /** A page of the streams. */
    STREAMS("/api/v1/streams", "GET", (_, query) -> new Route.Streams(query)),
    /** Before {@link #STREAM}: a stream whose name ends in {@code /sessions} has no resource of its own. */
    SESSIONS("/api/v1/streams/{stream}/sessions", "GET", Route.Sessions::new),
    /** One stream. */
    STREAM("/api/v1/streams/{stream}", "GET", (stream, _) -> new Route.Stream(stream)),
    /** The addresses of the ingest nodes. */
    INGEST("/api/v1/ingest", "GET", (_, _) -> new Route.Ingest()),
    /** For caches that ask about their clients. */
    ACCESS("/api/v1/access", "GET", (_, _) -> new Route.Access()),
    /** The clock of DASH players. */
    TIME(MpdText.TIME_PATH, "GET", (_, _) -> new Route.Time()),
    /** Reports of players; the only resource with a request body. */
    CMCD("/api/v1/cmcd", "GET, POST", (_, query) -> new Route.Cmcd(query));

    private static final List<ApiResource> ALL = List.of(values());

    private final String template;
    private final String before;
    private final String after;
    private final boolean hasParameter;
    private final List<String> methods;
    private final BiFunction<String, Query, Route> route;

    /**
     * @param methods besides HEAD and OPTIONS
     * @param route takes the name of the stream, or an empty string if the template has none
     */
    ApiResource(String template, String methods, BiFunction<String, Query, Route> route) {
        this.template = template;
        this.methods = List.of(methods.split(", "));
        this.route = route;
        int at = template.indexOf("{stream}");
        hasParameter = at >= 0;
        before = hasParameter ? template.substring(0, at) : template;
        after = hasParameter ? template.substring(template.indexOf('}') + 1) : "";
    }

    /** Returns the path as in the OpenAPI document, in which {@code {stream}} stands for the name of a stream. */
    String template() {
        return template;
    }

    /** Returns the methods besides HEAD and OPTIONS. */
    List<String> methods() {
        return methods;
    }

    /** Returns whether a path is one of the API, in the table or not. No stream has a name that begins with {@code api}. */
    static boolean isAt(String path) {
        return path.startsWith("/api/");
    }

    /**
     * Returns the route of a path; {@link Route.Unknown} if the table does not have it or it names no valid stream.
     *
     * @param path percent-decoded
     */
    static Route route(String path, Query query) {
        for (ApiResource each : ALL) {
            Optional<String> stream = each.match(path);
            if (stream.isPresent()) {
                return each.route.apply(stream.get(), query);
            }
        }
        return new Route.Unknown();
    }

    /** Returns the stream that a path names, or an empty string if the template has none; empty for another path. */
    private Optional<String> match(String path) {
        if (!hasParameter) {
            return path.equals(template) ? Optional.of("") : Optional.empty();
        }
        int end = path.length() - after.length();
        return end >= before.length() && path.startsWith(before) && path.endsWith(after)
                ? StreamName.parse(path.substring(before.length(), end)).map(StreamName::value)
                : Optional.empty();
    }
}
