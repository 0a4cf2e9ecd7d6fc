package io.millrace.platform.rtmp;

import io.millrace.media.StreamName;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import io.millrace.platform.net.SocketOutlet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    /** A player is asked so often whether it is there: that keeps what stands between us from forgetting it. */
    private static final int PING_SECONDS = 10;
    /** A player's socket gets more once less than this waits, and no more above the second. */
    private static final WriteBufferWaterMark PLAYER_WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final RtmpApplication application;
    private final RtmpMeters meters;
    private final ServerSession session;
    private final Watchdog watchdog;
    private final ConnectionCounts counts;
    private final PeerLog log;
    private final boolean proxied;
    private ChannelHandlerContext ctx;
    /** Its place among the connections of which no publish or play was accepted; null if it is not among them. */
    private ConnectionCounts.Place waiting;
    /** What it counts for; null before that is known, and after. */
    private InetAddress counted;
    private String address = "";
    /** Whose lines in the log are counted together. */
    private String peer = "";
    private Future<?> ticking;
    /** What is asked for or goes on, by its message stream. */
    private final Map<Integer, Publication> publications = new HashMap<>();
    private final Map<Integer, Play> plays = new HashMap<>();
    /** Null until it plays. */
    private SocketOutlet outlet;
    private int seconds;
    private final Movement movement = new Movement();
    /** Set once it is decided that the connection ends. */
    private CloseReason reason;
    private boolean closed;

    /** @param proxied whether {@link #cameFrom} will tell whose connection it is */
    RtmpHandler(RtmpApplication application, RtmpMeters meters, ConnectionLimits limits, SharedState shared,
            boolean proxied) {
        this.application = application;
        this.meters = meters;
        this.session = new ServerSession(new SplittableRandom(), limits.rtmp(), shared.memory().open(this::shed));
        this.watchdog = new Watchdog(limits);
        this.counts = shared.counts();
        this.log = shared.log();
        this.proxied = proxied;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        isOf(context.channel().remoteAddress());
        ticking = ctx.executor().scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        waiting = counts.enter(() -> ctx.executor().execute(() -> {
            if (waiting != null) {
                close(CloseReason.TOO_MANY, "too many connections that do not publish or play, and this is the oldest");
            }
        }));
        if (!proxied) {
            cameFrom(context.channel().remoteAddress());
        }
    }

    /** Whose connection it is: the socket's peer, or whom a balancer speaks for. Once, before the first byte of RTMP. */
    void cameFrom(SocketAddress source) {
        isOf(source);
        LOG.debug("rtmp {}: connected", address);
        if (source instanceof InetSocketAddress inet && inet.getAddress() != null) {
            if (counts.enter(inet.getAddress())) {
                counted = inet.getAddress();
            } else {
                close(CloseReason.TOO_MANY_OF_ADDRESS, "too many connections from there");
            }
        }
    }

    private void isOf(SocketAddress source) {
        address = PeerAddress.of(source);
        peer = PeerNetwork.ofEndpoint(address);
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
        if (isWritable()) {
            List.copyOf(plays.values()).forEach(Play::writable);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ticking.cancel(false);
        if (reason == null) {
            reason = CloseReason.PEER_CLOSED;
            LOG.debug("rtmp {}: closed by the peer", address);
        }
        endAll(PublishSink.End.DISCONNECTED, "the connection was closed");
        doesWhatItCameFor();
        session.closed();
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
            close(CloseReason.TLS, TlsFault.reason(tls.cause()));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case HAProxyProtocolException _ -> close(CloseReason.PROXY_HEADER, cause.getMessage());
            case DecoderException _ when cause.getCause() instanceof SSLException tls ->
                close(CloseReason.TLS, TlsFault.reason(tls));
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

    EventExecutor loop() {
        return ctx.executor();
    }

    boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /** What is played, between two messages of the session; borrowed. */
    void send(List<ByteBuf> messages) {
        outlet.send(messages);
    }

    void startPlay(Play play) {
        ctx.channel().config().setWriteBufferWaterMark(PLAYER_WATER_MARK);
        outlet = SocketOutlet.of(ctx);
        session.acceptPlay(play.streamId());
        writeOutput();
    }

    void endPlay(Play play) {
        if (reason == null && ctx.channel().isActive()) {
            session.endPlay(play.streamId());
            endOne(play.streamId(), CloseReason.STREAM_ENDED, "its stream is over");
        }
    }

    /** Writes an error to the peer about one stream; if there is nothing else, drains what it still sends, and closes. */
    void refuse(int streamId, CloseReason why, String code, String description) {
        if (reason == null && ctx.channel().isActive()) {
            session.end(streamId, code, description);
            endOne(streamId, why, code + ", " + description);
        }
    }

    private void endOne(int streamId, CloseReason why, String detail) {
        if (session.state() == ServerSession.State.DRAINING) {
            drain(why, detail);
        } else {
            log.log(Level.INFO, peer, "rtmp {}: stream {} of the connection ends, {}: {}", address, streamId,
                    why.label(), detail);
            endPublication(streamId, PublishSink.End.CLOSED_BY_SERVER, detail);
            endPlay(streamId);
        }
        writeOutput();
        ctx.flush();
    }

    /** A player that knows it is asked to connect again. False if there is none. */
    boolean askPlayerToLeave(String description) {
        boolean asked = session.state() == ServerSession.State.PLAYING && session.knowsReconnect();
        if (asked) {
            requestReconnect(description);
        }
        return asked;
    }

    /** For a peer that knows it. */
    void requestReconnect(String description) {
        LOG.info("rtmp {}: is asked to connect again: {}", address, description);
        session.requestReconnect(description);
        writeOutput();
        ctx.flush();
    }

    /** Any thread, the loop of another connection's say. */
    private void shed() {
        ctx.executor().execute(() -> close(CloseReason.MEMORY, "the memory for incomplete messages is used up"));
    }

    /** The server ends. A peer that has not connected yet is told nothing. */
    void shutDown() {
        switch (session.state()) {
            case HANDSHAKE, AWAITING_CONNECT -> close(CloseReason.SHUTDOWN, "the server ends");
            case CONNECTED, ANSWERING, PUBLISHING, PLAYING -> {
                if (reason == null && ctx.channel().isActive()) {
                    session.close("NetConnection.Connect.AppShutdown", "the server ends");
                    drain(CloseReason.SHUTDOWN, "the server ends");
                    writeOutput();
                    ctx.flush();
                }
            }
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
            case ServerEvent.Media media -> publications.get(media.streamId()).message(media);
            case ServerEvent.Unpublished(int streamId) ->
                endPublication(streamId, PublishSink.End.UNPUBLISHED, "ended by the encoder");
            case ServerEvent.PlayRequested request -> play(request);
            case ServerEvent.PlayPaused(int streamId, boolean paused) -> plays.get(streamId).pause(paused);
            case ServerEvent.PlayTracks(int streamId, boolean audio, boolean video) ->
                plays.get(streamId).tracks(audio, video);
            case ServerEvent.PlayStopped(int streamId) -> endPlay(streamId);
            case ServerEvent.Refused(String code, String description) ->
                drain(CloseReason.REFUSED, code + ", " + description);
            case ServerEvent.PassedOver(ServerEvent.PassedOver.What what) -> meters.passedOver(what);
        }
    }

    private void publish(ServerEvent.PublishRequested requested) {
        Optional<String> problem = StreamName.problem(requested.path());
        if (problem.isPresent()) {
            refuse(requested.streamId(), CloseReason.REFUSED, "NetStream.Publish.Denied", problem.get());
            return;
        }
        Publication asked = new Publication(this, requested.streamId(), session.knowsReconnect());
        publications.put(requested.streamId(), asked);
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
                log.log(Level.ERROR, peer, "rtmp {}: the application failed to answer a publish", address, failure);
                refuse(asked.streamId(), CloseReason.INTERNAL_ERROR, "NetStream.Failed", "the server failed");
            }
            case PublishAnswer.Refused(String code, String description) ->
                refuse(asked.streamId(), CloseReason.REFUSED, code, description);
            case PublishAnswer.Accepted _ when !session.reserveMemory() -> refuse(asked.streamId(), CloseReason.MEMORY,
                    "NetStream.Publish.Denied", "there is no memory for one more publisher here, try again later");
            case PublishAnswer.Accepted _ -> {
                session.acceptPublish(asked.streamId());
                doesWhatItCameFor();
                watchdog.heard();
                pump(NOTHING);
                ctx.flush();
            }
        }
    }

    private void play(ServerEvent.PlayRequested requested) {
        Optional<String> problem = StreamName.problem(requested.path());
        if (problem.isPresent()) {
            refuse(requested.streamId(), CloseReason.REFUSED, "NetStream.Play.StreamNotFound", problem.get());
            return;
        }
        Play asked = new Play(this, requested.streamId());
        plays.put(requested.streamId(), asked);
        PlayRequest request = new PlayRequest(new StreamName(requested.path()), requested.query(), requested.client(),
                requested.fourCcs(), address, requested.durationMs());
        switch (application.play(request, asked)) {
            case PlayAnswer.Accepted(PlaySink sink) -> {
                asked.accepted(sink);
                doesWhatItCameFor();
            }
            case PlayAnswer.Refused(String code, String description) ->
                refuse(asked.streamId(), CloseReason.REFUSED, code, description);
        }
    }

    /** It is no more among those that only might. */
    private void doesWhatItCameFor() {
        if (waiting != null) {
            counts.leave(waiting);
            waiting = null;
        }
    }

    private void tick() {
        boolean writable = isWritable();
        boolean moves = movement.look(ctx.channel().unsafe().outboundBuffer()) || writable;
        watchdog.tick(session.state(), !isPaused() && writable, moves)
                .ifPresent(why -> close(why, "no answer in time"));
        seconds++;
        if (session.state() == ServerSession.State.PLAYING && writable && seconds % PING_SECONDS == 0) {
            session.ping(seconds);
            writeOutput();
            ctx.flush();
        }
    }

    private boolean isPaused() {
        return publications.values().stream().anyMatch(Publication::isPaused);
    }

    void switchReading() {
        ctx.channel().config().setAutoRead(!isPaused() && isWritable());
    }

    private void writeOutput() {
        ByteBuffer output = session.takeOutput();
        if (output.hasRemaining()) {
            ctx.write(Unpooled.wrappedBuffer(output));
        }
    }

    private void drain(CloseReason why, String detail) {
        reason = why;
        log.log(Level.INFO, peer, "rtmp {}: closing, {}: {}", address, why.label(), detail);
        endAll(PublishSink.End.CLOSED_BY_SERVER, detail);
    }

    private void close(CloseReason why, String detail) {
        if (reason == null) {
            reason = why;
            // Who comes to fill the house must not fill the log.
            log.log(isCrowd(why) ? Level.DEBUG : Level.INFO, peer, "rtmp {}: closed, {}: {}", address, why.label(),
                    detail);
            boolean silent = why == CloseReason.IDLE || why == CloseReason.PEER_CLOSED;
            endAll(silent ? PublishSink.End.DISCONNECTED : PublishSink.End.CLOSED_BY_SERVER, detail);
        }
        closed = true;
        ctx.close();
    }

    private static boolean isCrowd(CloseReason why) {
        return why == CloseReason.TOO_MANY || why == CloseReason.TOO_MANY_OF_ADDRESS;
    }

    private void bug(Throwable failure) {
        log.log(Level.ERROR, peer, "rtmp {}: a bug ends this connection", address, failure);
        close(CloseReason.INTERNAL_ERROR, String.valueOf(failure));
    }

    private void endAll(PublishSink.End end, String detail) {
        List.copyOf(publications.keySet()).forEach(streamId -> endPublication(streamId, end, detail));
        List.copyOf(plays.keySet()).forEach(this::endPlay);
    }

    private void endPublication(int streamId, PublishSink.End end, String detail) {
        Publication publication = publications.remove(streamId);
        if (publication != null) {
            publication.ended(end, detail);
            switchReading();
        }
    }

    private void endPlay(int streamId) {
        Play play = plays.remove(streamId);
        if (play != null) {
            play.ended();
        }
    }

    /** Whether a peer takes what waits for it: looked at now and then instead of at every write. */
    private static final class Movement {
        private Object waiting;
        private long waitingBytes;
        private long sentBytes;

        /** @param out null once the connection is closed */
        private boolean look(ChannelOutboundBuffer out) {
            if (out == null) {
                return false;
            }
            boolean moved = out.current() != waiting || out.totalPendingWriteBytes() != waitingBytes
                    || out.currentProgress() != sentBytes;
            waiting = out.current();
            waitingBytes = out.totalPendingWriteBytes();
            sentBytes = out.currentProgress();
            return moved;
        }
    }
}
