package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final ServerSession session = new ServerSession(new SplittableRandom());
    private final Watchdog watchdog = new Watchdog();
    private ChannelHandlerContext ctx;
    private String address = "";
    private Future<?> ticking;
    /** The publish that is asked for or goes on; null without one. */
    private Publication publication;
    private boolean paused;
    /** Set once it is decided that the connection ends. */
    private CloseReason reason;
    private boolean closed;

    RtmpHandler(RtmpApplication application, RtmpMeters meters) {
        this.application = application;
        this.meters = meters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        address = PeerAddress.of(context.channel().remoteAddress());
        ticking = ctx.executor().scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        LOG.debug("rtmp {}: connected", address);
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
        meters.closed(reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            close(CloseReason.PEER_CLOSED, cause.getMessage());
        } else {
            bug(cause);
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
                requested.client(), address);
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
                watchdog.heard();
                pump(NOTHING);
                ctx.flush();
            }
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
            LOG.info("rtmp {}: closed, {}: {}", address, why.label(), detail);
            boolean silent = why == CloseReason.IDLE || why == CloseReason.PEER_CLOSED;
            endPublication(silent ? PublishSink.End.DISCONNECTED : PublishSink.End.CLOSED_BY_SERVER, detail);
        }
        closed = true;
        ctx.close();
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
