package io.millrace.edge.http;

import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.HttpCloseReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes each request to the endpoint of its {@link Route}. One per connection of HTTP/1.1 and per stream of HTTP/2,
 * confined to the event loop.
 */
final class EdgeHandler extends ChannelInboundHandlerAdapter implements Exchanges {
    private static final String METHODS = "GET, HEAD, OPTIONS";
    private static final String METHODS_OF_REPORTS = METHODS + ", POST";
    private static final String ALLOWED_HEADERS = "Range, If-Range, If-None-Match, Cache-Control, Content-Type, "
            + "CMCD-Request, CMCD-Object, CMCD-Status, CMCD-Session";

    private final Endpoints endpoints;
    private final HttpLimits limits;
    private final LimitClock clock;
    /** The response to the newest request; null before the first. */
    private HttpResponder responder;
    /** Collects the body of the newest request; null if it has none that is read. */
    private RequestBody body;
    private boolean draining;

    EdgeHandler(Endpoints endpoints, HttpLimits limits, LimitClock clock) {
        this.endpoints = endpoints;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpRequest request)) {
            receive((HttpContent) message);
            return;
        }
        try {
            body = null;
            responder = new HttpResponder(ctx, request, clock, endpoints.turns(), endpoints.origins(), endpoints.log(),
                    isReport(request));
            answer(request);
            if (body != null && message instanceof FullHttpRequest whole) {
                body.add(whole.content());
                body.end();
            }
            if (draining) {
                responder.drain();
            }
        } finally {
            // A request of HTTP/2, or one that was not upgraded to it, has a buffer for a body.
            ReferenceCountUtil.release(message);
        }
    }

    private void receive(HttpContent content) {
        try {
            if (body != null) {
                body.add(content.content());
            }
            if (body != null && content instanceof LastHttpContent) {
                body.end();
            }
        } finally {
            content.release();
        }
    }

    /** Returns whether the newest request has a body that is read, and waits for more of it. */
    boolean readsBody() {
        return body != null && body.isOpen();
    }

    /** Returns whether the body of a request is read. One that is refused for its form is no report. */
    private static boolean isReport(HttpRequest request) {
        return request.method().equals(HttpMethod.POST) && request.decoderResult().isSuccess()
                && request.protocolVersion().majorVersion() == 1 && !lacksHost(request)
                && Route.parse(request.uri()) instanceof Route.Cmcd;
    }

    @Override
    public void drain(ChannelHandlerContext ctx) {
        draining = true;
        if (responder == null) {
            ctx.close();
        } else {
            responder.drain();
        }
    }

    @Override
    public boolean hasEnd() {
        return responder == null || responder.hasEnd();
    }

    @Override
    public void shutDown() {
        if (responder != null) {
            responder.shutDown();
        }
    }

    private void answer(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(request.decoderResult().cause());
            return;
        }
        boolean isReport = isReport(request);
        if (responder.request().hasBody() && !isReport) {
            count(HttpCloseReason.BODY);
        }
        if (request.protocolVersion().majorVersion() != 1) {
            responder.error(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "version",
                    "this server supports HTTP/1.1 and HTTP/2 only");
        } else if (lacksHost(request)) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request",
                    "a request must have exactly one Host header");
        } else if (request.method().equals(HttpMethod.OPTIONS)) {
            allow(request);
        } else if (isReport) {
            body = endpoints.api().reports().receive(responder, () -> count(HttpCloseReason.OVER_LIMIT));
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            responder.error(HttpResponseStatus.METHOD_NOT_ALLOWED,
                    ApiError.of("method_not_allowed", "only " + METHODS + " are allowed"),
                    headers -> headers.set(HttpHeaderNames.ALLOW, METHODS));
        } else {
            route(endpoints.familiar().route(request.uri()).orElseGet(() -> Route.parse(request.uri())));
        }
    }

    /**
     * RFC 9112, 3.2: a request without a Host header is rejected, and so is one with several, which two servers may
     * interpret differently.
     */
    private static boolean lacksHost(HttpRequest request) {
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        return hosts > 1 || hosts == 0 && request.protocolVersion().isKeepAliveDefault();
    }

    private void route(Route route) {
        switch (route) {
            case Route.Page() -> endpoints.page().page(responder);
            case Route.Embed() -> endpoints.page().embed(responder);
            case Route.Asset(String path) -> endpoints.page().asset(responder, path);
            case Route.Output(String path, Query query) -> output(path, query);
            case Route.Streams(Query query) -> endpoints.api().streams().streams(responder, query);
            case Route.Stream(String stream) -> endpoints.api().streams().stream(responder, stream);
            case Route.Sessions(String stream, Query query) ->
                endpoints.api().streams().sessions(responder, stream, query);
            case Route.Ingest() -> endpoints.api().streams().ingest(responder);
            case Route.Cmcd(Query query) -> endpoints.api().reports().answer(responder, query);
            case Route.Access() -> endpoints.api().access().answer(responder);
            case Route.OpenApi() -> endpoints.api().streams().openApi(responder);
            case Route.Time() -> endpoints.api().streams().time(responder);
            case Route.Moved(String location) -> moved(location);
            case Route.Unknown() -> unknown();
            case Route.Malformed(String why) -> responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request", why);
        }
    }

    private void output(String path, Query query) {
        if (responder.request().requestsWebSocket() && !endpoints.origins().admits(responder.request().headers())) {
            responder.error(HttpResponseStatus.FORBIDDEN, "origin_not_allowed",
                    "pages of this origin may not play streams of this server");
            return;
        }
        if (endpoints.outputs().stream().noneMatch(output -> output.answer(responder, path, query))) {
            unknown();
        }
    }

    private void unknown() {
        responder.error(HttpResponseStatus.NOT_FOUND, "not_found", "no resource has this URL");
    }

    /** Redirects temporarily (302), since the setting may be removed. */
    private void moved(String location) {
        responder.send(HttpResponseStatus.FOUND, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.LOCATION, location);
            headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE);
        });
    }

    /** Answers a preflight request (Fetch standard, 4.8): every origin that may read responses may send every request. */
    private void allow(HttpRequest request) {
        String methods = Route.parse(request.uri()) instanceof Route.Cmcd ? METHODS_OF_REPORTS : METHODS;
        responder.send(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.ALLOW, methods);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, 86_400);
        });
    }

    private void refuse(Throwable cause) {
        switch (cause) {
            case TooLongHttpLineException _ -> {
                count(HttpCloseReason.OVER_LIMIT);
                responder.error(HttpResponseStatus.REQUEST_URI_TOO_LONG, "uri_too_long",
                        "the request line exceeds " + limits.lineBytes() + " bytes");
            }
            case TooLongHttpHeaderException _ -> {
                count(HttpCloseReason.OVER_LIMIT);
                responder.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large",
                        "there are more than " + limits.headerCount() + " headers, or they have more than "
                                + limits.headersBytes() + " bytes");
            }
            default -> {
                count(HttpCloseReason.MALFORMED);
                responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request", "malformed HTTP/1.1 request");
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (responder != null) {
            responder.abandon();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (responder != null && ctx.channel().isWritable()) {
            responder.writable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        endpoints.faults().end(ctx, cause);
    }

    private void count(HttpCloseReason reason) {
        reason.count(endpoints.meters());
    }
}
