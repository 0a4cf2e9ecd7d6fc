package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.Framing;
import io.millrace.platform.net.SocketOutlet;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;

/**
 * WebSocket-FLV: binary frames, of whole tags each. The handshake is answered when there is something to show: until then a
 * refusal is an HTTP response like any other.
 */
final class WebSocketCarrier implements Carrier {
    private static final WebSocketCloseStatus ENDED = new WebSocketCloseStatus(1000, "the stream has ended");
    private static final WebSocketCloseStatus SHUTDOWN = new WebSocketCloseStatus(1001, "the server ends");
    private static final WebSocketCloseStatus KICKED = new WebSocketCloseStatus(1008, "let go by the operator");
    private static final WebSocketCloseStatus SLOW = new WebSocketCloseStatus(1013, "too slow for this stream");

    private final Exchange exchange;
    private final WebSocketGate gate;
    /** Null until it begins. */
    private ChannelHandlerContext gateContext;

    WebSocketCarrier(Exchange exchange, EdgeMeters meters) {
        this.exchange = exchange;
        gate = new WebSocketGate(exchange, meters);
    }

    @Override
    public Protocol protocol() {
        return Protocol.WS;
    }

    @Override
    public Framing framing() {
        return Framing.WEBSOCKET;
    }

    @Override
    public SocketOutlet begin() {
        var channel = exchange.context().channel();
        var pipeline = channel.pipeline();
        pipeline.replace(RequestGate.class, null, gate);
        channel.config().setAutoRead(true);
        gateContext = pipeline.context(gate);
        WebSocketUpgrade.complete(channel, exchange.upgrade());
        pipeline.remove(ReadGate.class);
        return SocketOutlet.of(pipeline.context(WebSocketFrameEncoder.class));
    }

    @Override
    public void end(Parting why) {
        gate.close(gateContext, switch (why) {
            case ENDED -> ENDED;
            case SHUTDOWN -> SHUTDOWN;
            case SLOW -> SLOW;
            case KICKED -> KICKED;
        });
    }
}
