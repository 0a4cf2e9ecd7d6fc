package io.millrace.edge.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.IOException;
import org.slf4j.event.Level;

/** Gives each request to the endpoint that its {@link Route} names. One a connection, confined to its event loop. */
final class EdgeHandler extends ChannelInboundHandlerAdapter {
    private static final String METHODS = "GET, HEAD, OPTIONS";

    private final Endpoints endpoints;
    private final HttpLimits limits;
    private final LimitClock clock;
    private Exchange exchange;
    private boolean draining;

    EdgeHandler(Endpoints endpoints, HttpLimits limits, LimitClock clock) {
        this.endpoints = endpoints;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        HttpRequest request = (HttpRequest) message;
        exchange = new Exchange(ctx, request, clock, endpoints.log());
        answer(request);
        if (draining) {
            exchange.drain();
        }
    }

    /** What is held is answered now, and the connection ends behind its response. On the event loop. */
    void drain(ChannelHandlerContext ctx) {
        draining = true;
        if (exchange == null) {
            ctx.close();
        } else {
            exchange.drain();
        }
    }

    /** Whether this connection comes to its end by itself once it is drained. On the event loop. */
    boolean hasEnd() {
        return exchange == null || exchange.hasEnd();
    }

    /** A response without an end gets one. On the event loop. */
    void shutDown() {
        if (exchange != null) {
            exchange.shutDown();
        }
    }

    private void answer(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(request.decoderResult().cause());
            return;
        }
        if (exchange.hasBody()) {
            count(CloseReason.BODY);
        }
        if (request.protocolVersion().majorVersion() != 1) {
            exchange.error(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "version", "this is a server of HTTP/1.1");
        } else if (lacksHost(request)) {
            exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_request", "a request has one Host");
        } else if (request.method().equals(HttpMethod.OPTIONS)) {
            allow();
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            exchange.error(HttpResponseStatus.METHOD_NOT_ALLOWED,
                    ApiError.of("method_not_allowed", "only " + METHODS + " are allowed"),
                    headers -> headers.set(HttpHeaderNames.ALLOW, METHODS));
        } else {
            route(endpoints.familiar().route(request.uri()).orElseGet(() -> Route.parse(request.uri())));
        }
    }

    /** RFC 9112, 3.2: a request without it is refused, and so is one that two may understand differently. */
    private static boolean lacksHost(HttpRequest request) {
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        return hosts > 1 || hosts == 0 && request.protocolVersion().isKeepAliveDefault();
    }

    private void route(Route route) {
        switch (route) {
            case Route.Page() -> endpoints.page().page(exchange);
            case Route.Embed() -> endpoints.page().embed(exchange);
            case Route.Asset(String path) -> endpoints.page().asset(exchange, path);
            case Route.Multivariant playlist -> multivariant(playlist);
            case Route.MediaPlaylist playlist -> media(playlist);
            case Route.Segment(String stream, long epoch, long number) -> endpoints.hls().segment(exchange, stream,
                    epoch, number);
            case Route.Flv(String stream, Route.Query query) -> endpoints.flv().watch(exchange, stream, query);
            case Route.Streams(Route.Query query) -> endpoints.api().streams(exchange, query);
            case Route.Stream(String stream) -> endpoints.api().stream(exchange, stream);
            case Route.Sessions(String stream, Route.Query query) -> endpoints.api().sessions(exchange, stream, query);
            case Route.Ingest() -> endpoints.api().ingest(exchange);
            case Route.Moved(String location) -> moved(location);
            case Route.Unknown() -> exchange.error(HttpResponseStatus.NOT_FOUND, "not_found",
                    "there is nothing under this URL");
            case Route.Malformed(String why) -> exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_request", why);
        }
    }

    private void multivariant(Route.Multivariant playlist) {
        if (TimeSpan.isIn(playlist.query())) {
            endpoints.past().multivariant(exchange, playlist.stream(), playlist.query());
        } else {
            endpoints.hls().multivariant(exchange, playlist.stream());
        }
    }

    private void media(Route.MediaPlaylist playlist) {
        if (TimeSpan.isIn(playlist.query()) || playlist.firstEpoch() != playlist.lastEpoch()) {
            endpoints.past().media(exchange, playlist);
        } else {
            endpoints.hls().media(exchange, playlist.stream(), playlist.firstEpoch());
        }
    }

    /** Found, and not for ever: the setting may go. */
    private void moved(String location) {
        exchange.send(HttpResponseStatus.FOUND, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.LOCATION, location);
            headers.set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE);
        });
    }

    /** Preflight (Fetch standard, 4.8): whatever may be asked here may be asked from everywhere. */
    private void allow() {
        exchange.send(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.ALLOW, METHODS);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-Range, If-None-Match, Cache-Control");
            headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, 86_400);
        });
    }

    private void refuse(Throwable cause) {
        switch (cause) {
            case TooLongHttpLineException _ -> {
                count(CloseReason.OVER_LIMIT);
                exchange.error(HttpResponseStatus.REQUEST_URI_TOO_LONG, "uri_too_long",
                        "the request line has more than " + limits.lineBytes() + " bytes");
            }
            case TooLongHttpHeaderException _ -> {
                count(CloseReason.OVER_LIMIT);
                exchange.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large",
                        "there are more than " + limits.headerCount() + " headers, or they have more than "
                                + limits.headersBytes() + " bytes");
            }
            default -> {
                count(CloseReason.MALFORMED);
                exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_request", "this is not HTTP/1.1");
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.closed();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null && ctx.channel().isWritable()) {
            exchange.writable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (cause) {
            case IOException _ -> {
                // The peer or the network ended it.
            }
            case HAProxyProtocolException _ -> end(ctx, CloseReason.PROXY_HEADER, cause);
            case DecoderException _ -> end(ctx, CloseReason.MALFORMED, cause);
            default -> {
                String peer = Client.peer(ctx.channel());
                endpoints.log().log(Level.WARN, peer, "http {}: a bug ends this connection", peer, cause);
                count(CloseReason.INTERNAL_ERROR);
            }
        }
        ctx.close();
    }

    /** The peer's fault, so there is no stack trace. */
    private void end(ChannelHandlerContext ctx, CloseReason reason, Throwable fault) {
        String peer = Client.peer(ctx.channel());
        endpoints.log().log(Level.INFO, peer, "http {}: closed, {}: {}", peer, reason.label(), fault.getMessage());
        count(reason);
    }

    private void count(CloseReason reason) {
        reason.count(endpoints.meters());
    }
}
