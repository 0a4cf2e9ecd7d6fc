package io.millrace.edge.http;

import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.RequestTarget;
import io.millrace.edge.exchange.Responder;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessRequest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * {@code /api/v1/access}: tells a cache or proxy whether its client may request a URL, in the form of nginx's
 * {@code auth_request}. The header {@link #ORIGINAL_URI} has the client's request target. The answers are those of the
 * outputs, 401 and 403, or 204 with the time for which the cache may remember it. A URL that is not known to be harmless
 * is refused: the proxy might read it differently. Thread-safe; called on event loops.
 */
final class AccessEndpoint {
    static final String ORIGINAL_URI = "X-Original-URI";
    /** How long a proxy may remember a permission. */
    static final int REMEMBER_S = 10;

    private final PlayAccess access;
    private final List<HttpOutput> outputs;
    private final FamiliarUrls familiar;
    private final InstantSource clock;

    AccessEndpoint(PlayAccess access, List<HttpOutput> outputs, FamiliarUrls familiar, InstantSource clock) {
        this.access = access;
        this.familiar = familiar;
        this.outputs = outputs;
        this.clock = clock;
    }

    void answer(Responder responder) {
        List<String> originals = responder.request().headers().getAll(ORIGINAL_URI);
        if (originals.size() != 1) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request",
                    "the request needs one header " + ORIGINAL_URI + " with the client's request target");
            return;
        }
        try {
            String original = originals.getFirst();
            RequestTarget target = RequestTarget.parse(original);
            Route route = familiar.route(original).orElseGet(() -> Route.parse(original));
            Optional<HttpOutput.Media> media = media(route);
            if (media.isPresent()) {
                access.decide(responder, target, media.get().protocol(), media.get().stream(),
                        allowed -> allow(responder, allowed));
            } else if (isPublic(route)) {
                allow(responder, null);
            } else {
                denied(responder, "this is no URL of a stream");
            }
        } catch (IllegalArgumentException e) {
            denied(responder, e.getMessage());
        }
    }

    private Optional<HttpOutput.Media> media(Route route) {
        return switch (route) {
            case Route.Stream(String stream) -> Optional.of(new HttpOutput.Media(stream, AccessRequest.Protocol.API));
            case Route.Sessions(String stream, _) ->
                Optional.of(new HttpOutput.Media(stream, AccessRequest.Protocol.API));
            case Route.Output(String path, _) ->
                outputs.stream().flatMap(output -> output.mediaAt(path).stream()).findFirst();
            case Route.Page _,Route.Embed _,Route.Asset _,Route.Streams _,Route.Ingest _,Route.Access _,Route.Cmcd _,Route.OpenApi _,Route.Time _,Route.Moved _,Route.Unknown _,Route.Malformed _ ->
                Optional.empty();
        };
    }

    /** Returns whether the edge serves a URL to everybody. */
    private static boolean isPublic(Route route) {
        return switch (route) {
            // A familiar URL is redirected before anything about its stream is looked up.
            // The endpoint of reports asks about the stream of each report itself.
            case Route.Page _,Route.Embed _,Route.Asset _,Route.Streams _,Route.Ingest _,Route.Cmcd _,Route.OpenApi _,Route.Time _,Route.Moved _ ->
                true;
            case Route.Output _,Route.Stream _,Route.Sessions _,Route.Access _,Route.Unknown _,Route.Malformed _ ->
                false;
        };
    }

    private static void denied(Responder responder, String why) {
        responder.error(HttpResponseStatus.FORBIDDEN, "access_denied", why);
    }

    /** @param allowed null if the URL is public */
    private void allow(Responder responder, AccessDecision.Allowed allowed) {
        long leftS = allowed == null
                ? REMEMBER_S
                : Math.clamp(allowed.untilS() - clock.instant().getEpochSecond(), 0, REMEMBER_S);
        responder.send(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER,
                headers -> headers.set(HttpHeaderNames.CACHE_CONTROL,
                        leftS == 0 ? Responder.NO_STORE : "max-age=" + leftS));
    }
}
