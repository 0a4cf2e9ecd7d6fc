package io.millrace.edge.exchange;

import io.millrace.edge.log.Requester;
import io.millrace.platform.access.ViewerSession;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;

/** A request and its client, as endpoints see them. Confined to the event loop of its connection. */
public final class Request {
    private final Channel channel;
    private final HttpRequest http;
    /** The path for log lines; null until it is asked for. */
    private String shown;
    /** The session of the viewer's token; null without one. */
    private ViewerSession tokenSession;

    public Request(Channel channel, HttpRequest http) {
        this.channel = channel;
        this.http = http;
    }

    public HttpHeaders headers() {
        return http.headers();
    }

    /** Returns the request target as received: percent-encoded, with the query. May hold secrets; see {@link #shown}. */
    public String uri() {
        return http.uri();
    }

    /** Returns the path for log lines, without credentials; {@code [hidden]} if the target is malformed. */
    public String shown() {
        if (shown == null) {
            try {
                shown = RequestTarget.parse(uri()).path();
            } catch (IllegalArgumentException _) {
                shown = "[hidden]";
            }
        }
        return shown;
    }

    /** Sets what log lines show instead of the path, which may contain a key. */
    void show(String text) {
        shown = text;
    }

    /** Sets the session of the viewer's token; null without one. */
    void identify(ViewerSession ofToken) {
        tokenSession = ofToken;
    }

    /** Returns the session of the token that the policy has accepted; null without one. */
    public ViewerSession tokenSession() {
        return tokenSession;
    }

    /** Returns the session of the viewer: that of its token, otherwise that of its network and player. */
    public ViewerSession session() {
        return tokenSession == null
                ? ViewerSession.ofPeer(remoteAddress(), headers().get(HttpHeaderNames.USER_AGENT, ""))
                : tokenSession;
    }

    public boolean isHead() {
        return http.method().equals(HttpMethod.HEAD);
    }

    /** Returns whether the request has a body; unless its endpoint reads it, the connection cannot be reused. */
    public boolean hasBody() {
        return HttpUtil.isTransferEncodingChunked(http) || HttpUtil.getContentLength(http, 0L) > 0;
    }

    /**
     * Returns whether the response may use chunked encoding, as HTTP/1.1 does. Otherwise the end of the connection, or
     * of the stream of HTTP/2, ends a body of unknown length.
     */
    public boolean acceptsChunked() {
        return http.protocolVersion().isKeepAliveDefault() && !(channel instanceof Http2StreamChannel);
    }

    /** Returns whether the client requests a WebSocket upgrade. */
    public boolean requestsWebSocket() {
        return WebSocketUpgrade.isRequestedBy(http);
    }

    /** Returns the client's address without its port, as the outermost trusted proxy sees it; empty if unknown. */
    public String remoteHost() {
        return Client.host(channel, headers());
    }

    /** Returns {@code host:port} of the client; only the host if the proxy does not state the port. */
    public String remoteAddress() {
        return Client.endpoint(channel, headers());
    }

    /** Returns the client's network: its IPv4 address or IPv6 /64; empty if unknown. */
    public String network() {
        return Client.network(channel, headers());
    }

    /**
     * Returns the client as one on whose behalf the log is read. The read is dropped if the client's connection is
     * closed and nobody else waits for it.
     */
    public Requester.One requester() {
        // Captures the channel and not the request with its headers: shared reads retain their requesters.
        Channel connection = channel;
        return Requester.of(network(), () -> !connection.isActive());
    }
}
