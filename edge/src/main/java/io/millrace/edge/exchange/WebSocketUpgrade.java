package io.millrace.edge.exchange;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.util.regex.Pattern;

/**
 * The WebSocket opening handshake (RFC 6455, 4.2), done by Netty's handshaker. It negotiates neither extensions nor
 * subprotocols: video is already compressed, and FLV is the only content. The caller checks
 * the origin.
 */
public final class WebSocketUpgrade {
    /** Maximum size of a control frame (RFC 6455, 5.5); a viewer needs to send no others. */
    static final int FRAME_BYTES = 125;
    private static final String VERSION = "13";
    /** 16 bytes in Base64. */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");
    private static final WebSocketDecoderConfig FRAMES = WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(FRAME_BYTES).allowExtensions(false).withUTF8Validator(false)
            .closeOnProtocolViolation(false).build();

    private WebSocketUpgrade() {}

    /** Returns whether the client requests an upgrade to WebSocket. */
    static boolean isRequestedBy(HttpRequest request) {
        HttpHeaders headers = request.headers();
        return request.method().equals(HttpMethod.GET) && request.protocolVersion().isKeepAliveDefault()
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    /** Answers with an error if the handshake cannot be completed. Returns whether it did. */
    public static boolean refuses(Responder responder) {
        HttpHeaders headers = responder.request().headers();
        if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            responder.error(HttpResponseStatus.UPGRADE_REQUIRED,
                    ApiError.of("websocket_version", "this server supports version " + VERSION + " of WebSocket only"),
                    refusal -> {
                        refusal.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
                        refusal.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
                        refusal.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
                    });
            return true;
        }
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        if (!KEY.matcher(key).matches()) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_websocket_key",
                    "Sec-WebSocket-Key must be 16 bytes in Base64");
            return true;
        }
        return false;
    }

    /** Completes the handshake: sends the response, and replaces the HTTP codec of the pipeline by a frame codec. */
    public static void complete(Channel channel, HttpRequest request) {
        var whole = new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri(),
                Unpooled.EMPTY_BUFFER, request.headers(), EmptyHttpHeaders.INSTANCE);
        HttpHeaders more = new DefaultHttpHeaders().set(HttpHeaderNames.SERVER, "Millrace");
        new WebSocketServerHandshaker13(null, null, FRAMES).handshake(channel, whole, more, channel.newPromise());
    }
}
