package io.millrace.edge.flv;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.net.SocketOutlet;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/**
 * WebSocket-FLV: sends whole tags in binary frames. The handshake is completed only when there is something to show, so
 * that a viewer can be refused with an ordinary HTTP response.
 */
final class WebSocketTransport implements ViewerTransport {
    private static final WebSocketCloseStatus ENDED = new WebSocketCloseStatus(1000, "the stream has ended");
    private static final WebSocketCloseStatus SHUTDOWN = new WebSocketCloseStatus(1001, "the server is shutting down");
    private static final WebSocketCloseStatus KICKED = new WebSocketCloseStatus(1008, "disconnected by the operator");
    private static final WebSocketCloseStatus EXPIRED = new WebSocketCloseStatus(1008, "the token has expired");
    private static final WebSocketCloseStatus SLOW = new WebSocketCloseStatus(1013, "too slow for this stream");
    private static final WebSocketCloseStatus BUSY = new WebSocketCloseStatus(1013,
            "this edge has reached its limit of viewers");

    private final Responder responder;
    private final WebSocketGate gate;

    WebSocketTransport(Responder responder, EdgeMeters meters) {
        this.responder = responder;
        gate = new WebSocketGate(responder, meters);
    }

    @Override
    public Protocol protocol() {
        return Protocol.WS;
    }

    @Override
    public Framing framing() {
        return WebSocketFraming.INSTANCE;
    }

    @Override
    public SocketOutlet begin() {
        return responder.upgrade(gate);
    }

    @Override
    public void end(EndReason why) {
        gate.close(switch (why) {
            case ENDED -> ENDED;
            case SHUTDOWN -> SHUTDOWN;
            case SLOW -> SLOW;
            case KICKED -> KICKED;
            case EXPIRED -> EXPIRED;
            case BUSY -> BUSY;
        });
    }
}
