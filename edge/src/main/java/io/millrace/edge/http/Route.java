package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.RequestTarget;
import io.netty.handler.codec.http.QueryStringDecoder;

/**
 * The resource that a request target names, whatever credentials its path has. A pure function of the target;
 * immutable.
 *
 * <p>Media URLs contain {@code @}, which stream names cannot, so that the two never collide.
 */
sealed interface Route {
    /** The web page. */
    record Page() implements Route {}

    /** {@code /embed?stream=live/show}: the player alone, for frames on other sites. */
    record Embed() implements Route {}

    /**
     * A file of the web page.
     *
     * @param path below {@code /assets/}
     */
    record Asset(String path) implements Route {}

    /**
     * Anything else, which may be a URL of an {@link io.millrace.edge.exchange.HttpOutput}.
     *
     * @param path percent-decoded
     */
    record Output(String path, Query query) implements Route {}

    /** {@code /api/v1/streams} */
    record Streams(Query query) implements Route {}

    /** {@code /api/v1/streams/live/show} */
    record Stream(String stream) implements Route {}

    /**
     * {@code /api/v1/streams/live/show/sessions}; therefore a stream named {@code a/b/sessions} has no {@link Stream}
     * route.
     */
    record Sessions(String stream, Query query) implements Route {}

    /** {@code /api/v1/ingest} */
    record Ingest() implements Route {}

    /** {@code /api/v1/access}: whether the client of a proxy may request a URL */
    record Access() implements Route {}

    /** {@code /api/v1/cmcd}: reports of players; the only resource that takes a request body */
    record Cmcd(Query query) implements Route {}

    /** {@code /api/v1/openapi.json} */
    record OpenApi() implements Route {}

    /** {@code /api/v1/time}: the clock of DASH players */
    record Time() implements Route {}

    /** A redirect to a relative URL; only {@link FamiliarUrls} returns it. */
    record Moved(String location) implements Route {}

    /** No resource has this URL. */
    record Unknown() implements Route {}

    /**
     * The target cannot be parsed.
     *
     * @param why text for the client
     */
    record Malformed(String why) implements Route {}

    /**
     * Returns the route of a request; {@link Malformed} if the target cannot be parsed.
     *
     * @param target the request target, in origin or absolute form (RFC 9112, 3.2)
     */
    static Route parse(String target) {
        try {
            var decoder = new QueryStringDecoder(RequestTarget.parse(target).origin());
            return parse(decoder.path(), new Query(decoder.parameters()));
        } catch (IllegalArgumentException e) {
            return new Malformed(e.getMessage());
        }
    }

    private static Route parse(String path, Query query) {
        if (path.equals("/")) {
            return new Page();
        }
        if (path.equals("/embed")) {
            return new Embed();
        }
        if (path.startsWith("/assets/")) {
            return new Asset(path.substring("/assets/".length()));
        }
        return ApiResource.isAt(path) ? ApiResource.route(path, query) : new Output(path, query);
    }
}
