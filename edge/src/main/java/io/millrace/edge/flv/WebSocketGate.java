package io.millrace.edge.flv;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Handles the frames that a WebSocket viewer sends: answers ping and close frames; disconnects a viewer that sends
 * anything else or too much, or that leaves our pings unanswered. Replaces the HTTP handlers after the handshake.
 *
 * <p>OPEN -> CLOSING (our close frame is sent) -> closed, on the peer's close frame or after {@link #CLOSE_S}. Confined
 * to the event loop.
 */
public final class WebSocketGate extends ChannelInboundHandlerAdapter {
    /** Interval of pings; proxies close a connection that is silent for a minute. */
    static final long PING_S = 15;
    /**
     * A viewer is gone after this many consecutive unanswered pings. A slow viewer receives them late, after the data
     * in its kernel's buffers.
     */
    public static final int UNANSWERED_PINGS = 3;
    /** Maximum number of frames between two pings; a viewer needs few, and more would burden the event loop. */
    public static final int FRAMES_LIMIT = 64;
    /** How long to wait for the peer's close frame, and for pending data before ours to be read. */
    static final long CLOSE_S = 2;

    private final Responder responder;
    private final EdgeMeters meters;
    private ChannelHandlerContext context;
    private ScheduledFuture<?> pinging;
    /** Frames received since the last ping was due. */
    private int frames;
    /** Pings sent since the viewer's last frame. */
    private int unanswered;
    /** A close frame was sent. */
    private boolean closing;

    WebSocketGate(Responder responder, EdgeMeters meters) {
        this.responder = responder;
        this.meters = meters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        pinging = ctx.executor().scheduleWithFixedDelay(() -> ping(ctx), PING_S, PING_S, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pinging.cancel(false);
    }

    private void ping(ChannelHandlerContext ctx) {
        frames = 0;
        if (unanswered >= UNANSWERED_PINGS) {
            meters.closed(Protocol.WS, "idle");
            ctx.close();
        } else if (!closing && ctx.channel().isWritable()) {
            unanswered++;
            ctx.writeAndFlush(new PingWebSocketFrame());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            switch (message) {
                case WebSocketFrame frame -> frame(ctx, frame);
                case LastHttpContent _ -> {
                    // The end of the upgrade request.
                }
                // Bytes sent before the handshake completed.
                default -> abuse(ctx, WebSocketCloseStatus.PROTOCOL_ERROR);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void frame(ChannelHandlerContext ctx, WebSocketFrame frame) {
        frames++;
        unanswered = 0;
        if (frame instanceof CloseWebSocketFrame close) {
            closed(ctx, close);
        } else if (closing) {
            return;
        } else if (frames > FRAMES_LIMIT) {
            abuse(ctx, WebSocketCloseStatus.POLICY_VIOLATION);
        } else if (frame instanceof PingWebSocketFrame) {
            // A peer that does not read gets no pongs, which would accumulate.
            if (ctx.channel().isWritable()) {
                ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (!(frame instanceof PongWebSocketFrame)) {
            abuse(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
        }
    }

    /** Handles the peer's close frame, with which the viewer leaves or answers ours. */
    private void closed(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
        if (closing) {
            ctx.close();
        } else {
            closing = true;
            responder.abandon();
            ctx.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            closeSoon(ctx);
        }
    }

    private void abuse(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
        if (!closing) {
            meters.closed(Protocol.WS, "abuse");
            responder.abandon();
            close(status);
        }
    }

    /**
     * Sends a close frame with the reason, after all pending data, and closes the connection after {@link #CLOSE_S} at
     * the latest. Has no effect if a close frame was sent before.
     */
    void close(WebSocketCloseStatus status) {
        if (!closing) {
            closing = true;
            context.writeAndFlush(new CloseWebSocketFrame(status));
            closeSoon(context);
        }
    }

    private static void closeSoon(ChannelHandlerContext ctx) {
        var closing = ctx.executor().schedule(() -> ctx.close(), CLOSE_S, TimeUnit.SECONDS);
        ctx.channel().closeFuture().addListener(_ -> closing.cancel(false));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            abuse(ctx, corrupted.closeStatus());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
