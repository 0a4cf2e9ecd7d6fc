package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
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
 * What a WebSocket viewer sends: answers pings and closes, and lets go of one that sends anything else, or too much, or that
 * says nothing to our pings. Takes {@link RequestGate}'s place once the handshake is answered.
 *
 * <p>OPEN -> CLOSING (our close frame is on its way) -> closed, with the peer's own close frame or soon without it. Confined
 * to the event loop.
 */
final class WebSocketGate extends ChannelInboundHandlerAdapter {
    /** So often a viewer is asked whether it is still there; proxies close what is silent for a minute. */
    static final long PING_S = 15;
    /** Nothing to so many pings, one after the other: it is gone. A slow one has them behind what its kernel keeps for it. */
    static final int UNANSWERED_PINGS = 3;
    /** A viewer has little to say; one that says more between two pings keeps the loop from its work. */
    static final int FRAMES_LIMIT = 64;
    /** For the peer's close frame, and for what stands before ours to be taken. */
    static final long CLOSE_S = 2;

    private final Exchange exchange;
    private final EdgeMeters meters;
    private ScheduledFuture<?> pinging;
    private int frames;
    private int unanswered;
    private boolean closing;

    WebSocketGate(Exchange exchange, EdgeMeters meters) {
        this.exchange = exchange;
        this.meters = meters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
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
                    // The end of the request that asked for the upgrade.
                }
                // Bytes that came before the handshake was answered.
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
            // Who does not read gets no answers to keep.
            if (ctx.channel().isWritable()) {
                ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (!(frame instanceof PongWebSocketFrame)) {
            abuse(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
        }
    }

    /** The viewer leaves, or answers our close. */
    private void closed(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
        if (closing) {
            ctx.close();
        } else {
            closing = true;
            exchange.closed();
            ctx.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            closeSoon(ctx);
        }
    }

    private void abuse(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
        if (!closing) {
            meters.closed(Protocol.WS, "abuse");
            exchange.closed();
            close(ctx, status);
        }
    }

    /** Says that nothing follows, and why. What was written before goes out before it, if the peer takes it. */
    void close(ChannelHandlerContext ctx, WebSocketCloseStatus status) {
        if (!closing) {
            closing = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(status));
            closeSoon(ctx);
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
