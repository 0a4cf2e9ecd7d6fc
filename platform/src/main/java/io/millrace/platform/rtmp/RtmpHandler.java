package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The shell of one {@link ServerSession}: gives it the socket's bytes, its events to the application, and its output to the
 * socket; keeps time, and switches reading on and off.
 *
 * <p>Confined to the event loop, but for {@link #execute}.
 */
final class RtmpHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RtmpHandler.class);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final RtmpApplication application;
    private final RtmpMeters meters;
    private final ServerSession session;
    private final Watchdog watchdog;
    private final ConnectionCounts counts;
    private final boolean proxied;
    private ChannelHandlerContext ctx;
    /** Whether it is among the connections of which no publish was accepted. */
    private boolean waiting;
    /** What it counts for; null before that is known, and after. */
    private InetAddress counted;
    private String address = "";
    private Future<?> ticking;
    /** The publish that is asked for or goes on; null without one. */
    private Publication publication;
    private boolean paused;
    /** Set once it is decided that the connection ends. */
    private CloseReason reason;
    private boolean closed;

    /** @param proxied whether {@link #cameFrom} will tell whose connection it is */
    RtmpHandler(RtmpApplication application, RtmpMeters meters, ConnectionLimits limits, ConnectionCounts counts,
            boolean proxied) {
        this.application = application;
        this.meters = meters;
        this.session = new ServerSession(new SplittableRandom(), limits.rtmp());
        this.watchdog = new Watchdog(limits);
        this.counts = counts;
        this.proxied = proxied;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        address = PeerAddress.of(context.channel().remoteAddress());
        ticking = ctx.executor().scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        waiting = counts.enter();
        if (!waiting) {
            close(CloseReason.TOO_MANY, "too many connections that do not publish");
        } else if (!proxied) {
            cameFrom(context.channel().remoteAddress());
        }
    }

    /** Whose connection it is: the socket's peer, or whom a balancer speaks for. Once, before the first byte of RTMP. */
    void cameFrom(SocketAddress peer) {
        address = PeerAddress.of(peer);
        LOG.debug("rtmp {}: connected", address);
        if (peer instanceof InetSocketAddress inet && inet.getAddress() != null) {
            if (counts.enter(inet.getAddress())) {
                counted = inet.getAddress();
            } else {
                close(CloseReason.TOO_MANY_OF_ADDRESS, "too many connections from there");
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            watchdog.heard();
            pump(bytes.nioBuffer());
        } finally {
            ReferenceCountUtil.release(bytes);
        }
    }

    /** Answers of one read go out together. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        switchReading();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ticking.cancel(false);
        if (reason == null) {
            reason = CloseReason.PEER_CLOSED;
            LOG.debug("rtmp {}: closed by the peer", address);
        }
        endPublication(PublishSink.End.DISCONNECTED, "the connection was closed");
        publishes();
        if (counted != null) {
            counts.leave(counted);
            counted = null;
        }
        meters.closed(reason);
    }

    /** TLS says here that a handshake failed, and closes by itself. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()
                && !(tls.cause() instanceof ClosedChannelException)) {
            close(CloseReason.TLS, tls.cause().getMessage());
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case HAProxyProtocolException _ -> close(CloseReason.PROXY_HEADER, cause.getMessage());
            case DecoderException _ when cause.getCause() instanceof SSLException tls ->
                close(CloseReason.TLS, tls.getMessage());
            case IOException _ -> close(CloseReason.PEER_CLOSED, cause.getMessage());
            default -> bug(cause);
        }
    }

    /** Runs {@code task} on the event loop: at once if this is it. */
    void execute(Runnable task) {
        if (ctx.executor().inEventLoop()) {
            task.run();
            return;
        }
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException _) {
            task.run(); // the loop has ended, so nobody else runs
        }
    }

    void pause(Publication publisher, boolean pause) {
        if (publisher == publication && !publisher.isOver()) {
            paused = pause;
            switchReading();
        }
    }

    /** Writes an error to the peer, drains what it still sends, and closes. */
    void refuse(CloseReason why, String code, String description) {
        if (reason != null || !ctx.channel().isActive()) {
            return;
        }
        session.close(code, description);
        drain(why, code + ", " + description);
        writeOutput();
        ctx.flush();
    }

    /** For a publisher that knows it. */
    void requestReconnect(String description) {
        LOG.info("rtmp {}: is asked to connect again: {}", address, description);
        session.requestReconnect(description);
        writeOutput();
        ctx.flush();
    }

    /** The server ends. A peer that has not connected yet is told nothing. */
    void shutDown() {
        switch (session.state()) {
            case HANDSHAKE, AWAITING_CONNECT -> close(CloseReason.SHUTDOWN, "the server ends");
            case CONNECTED, ANSWERING, PUBLISHING ->
                refuse(CloseReason.SHUTDOWN, "NetConnection.Connect.AppShutdown", "the server ends");
            case DRAINING -> {
            }
        }
    }

    private void pump(ByteBuffer in) {
        if (closed) {
            return;
        }
        try {
            for (ServerEvent event = session.next(in); event != null; event = session.next(in)) {
                handle(event);
            }
        } catch (MediaException fault) {
            close(CloseReason.of(fault), fault.getMessage());
        } catch (RuntimeException failure) {
            bug(failure);
        }
        writeOutput();
    }

    private void handle(ServerEvent event) {
        switch (event) {
            case ServerEvent.PublishRequested request -> publish(request);
            case ServerEvent.Media media -> publication.message(media);
            case ServerEvent.Unpublished _ -> endPublication(PublishSink.End.UNPUBLISHED, "ended by the encoder");
            case ServerEvent.PlayRequested _ ->
                refuse(CloseReason.REFUSED, "NetStream.Play.Failed", application.playRefusal());
            case ServerEvent.Refused(String code, String description) ->
                drain(CloseReason.REFUSED, code + ", " + description);
            case ServerEvent.PassedOver(ServerEvent.PassedOver.What what) -> meters.passedOver(what);
        }
    }

    private void publish(ServerEvent.PublishRequested requested) {
        Optional<String> problem = StreamName.problem(requested.path());
        if (problem.isPresent()) {
            refuse(CloseReason.REFUSED, "NetStream.Publish.Denied", problem.get());
            return;
        }
        Publication asked = new Publication(this, session.knowsReconnect());
        publication = asked;
        PublishRequest request = new PublishRequest(new StreamName(requested.path()), requested.query(),
                requested.client(), requested.tcUrl(), address);
        CompletionStage<PublishAnswer> answer = application.publish(request, asked);
        answer.whenComplete((given, failure) -> execute(() -> answered(asked, given, failure)));
    }

    private void answered(Publication asked, PublishAnswer answer, Throwable failure) {
        if (answer instanceof PublishAnswer.Accepted(PublishSink sink)) {
            asked.accepted(sink);
        }
        if (asked.isOver()) {
            return;
        }
        switch (answer) {
            case null -> {
                LOG.error("rtmp {}: the application failed to answer a publish", address, failure);
                refuse(CloseReason.INTERNAL_ERROR, "NetStream.Failed", "the server failed");
            }
            case PublishAnswer.Refused(String code, String description) ->
                refuse(CloseReason.REFUSED, code, description);
            case PublishAnswer.Accepted _ -> {
                session.acceptPublish();
                publishes();
                watchdog.heard();
                pump(NOTHING);
                ctx.flush();
            }
        }
    }

    /** It is no more among those that only might. */
    private void publishes() {
        if (waiting) {
            waiting = false;
            counts.leave();
        }
    }

    private void tick() {
        boolean writable = ctx.channel().isWritable();
        watchdog.tick(session.state(), !paused && writable, writable)
                .ifPresent(why -> close(why, "no answer in time"));
    }

    private void switchReading() {
        ctx.channel().config().setAutoRead(!paused && ctx.channel().isWritable());
    }

    private void writeOutput() {
        ByteBuffer output = session.takeOutput();
        if (output.hasRemaining()) {
            ctx.write(Unpooled.wrappedBuffer(output));
        }
    }

    private void drain(CloseReason why, String detail) {
        reason = why;
        LOG.info("rtmp {}: closing, {}: {}", address, why.label(), detail);
        endPublication(PublishSink.End.CLOSED_BY_SERVER, detail);
    }

    private void close(CloseReason why, String detail) {
        if (reason == null) {
            reason = why;
            // Who comes to fill the house must not fill the log.
            LOG.atLevel(isCrowd(why) ? Level.DEBUG : Level.INFO).log("rtmp {}: closed, {}: {}", address, why.label(),
                    detail);
            boolean silent = why == CloseReason.IDLE || why == CloseReason.PEER_CLOSED;
            endPublication(silent ? PublishSink.End.DISCONNECTED : PublishSink.End.CLOSED_BY_SERVER, detail);
        }
        closed = true;
        ctx.close();
    }

    private static boolean isCrowd(CloseReason why) {
        return why == CloseReason.TOO_MANY || why == CloseReason.TOO_MANY_OF_ADDRESS;
    }

    private void bug(Throwable failure) {
        LOG.error("rtmp {}: a bug ends this connection", address, failure);
        close(CloseReason.INTERNAL_ERROR, String.valueOf(failure));
    }

    private void endPublication(PublishSink.End end, String detail) {
        if (publication != null) {
            publication.ended(end, detail);
            publication = null;
        }
        if (paused) {
            paused = false;
            switchReading();
        }
    }
}
