package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.publish.PublishSink;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One connection of an {@link RtmpServer}: passes the events of the {@link ServerSession} to its publishes and plays
 * ({@link RtmpStreams}), and writes the session's output.
 *
 * <p>A connection ends in {@link #end} and nowhere else. If the session has told the peer why, it drains for {@link
 * Watchdog#DRAIN_SECONDS}; otherwise the socket is closed immediately. {@link #closed} releases what the connection
 * held.
 *
 * <p>Confined to the event loop except for {@link #execute}.
 */
final class RtmpConnection {
    private static final Logger LOG = LoggerFactory.getLogger(RtmpConnection.class);
    private static final ByteBuffer NO_INPUT = ByteBuffer.allocate(0);
    /** Players are pinged so that NATs and load balancers do not drop an idle connection. */
    private static final int PING_SECONDS = 10;

    private final RtmpSocket socket;
    private final RtmpMeters meters;
    private final MemoryBudget.Share memory;
    private final ServerSession session;
    private final Watchdog watchdog;
    private final ConnectionAdmission admission;
    private final ConnectionLog log;
    private final RtmpStreams streams;
    private ConnectionAdmission.Place place;
    /** Whether a publish or play has been accepted. */
    private boolean accepted;
    /** Seconds since the connection was opened. */
    private int seconds;
    /** Null until it is decided that the connection ends. */
    private CloseReason ending;
    /** Whether the socket has been told to close. */
    private boolean closing;

    RtmpConnection(RtmpSocket socket, RtmpApplication application, RtmpMeters meters, ConnectionLimits limits,
            SharedState shared) {
        this.socket = socket;
        this.meters = meters;
        this.memory = shared.memory().open(this::memoryUsedUp, this::yieldMemory);
        this.session = new ServerSession(new SplittableRandom(), limits.rtmp(), memory);
        this.watchdog = new Watchdog(limits);
        this.admission = shared.admission();
        this.log = new ConnectionLog(shared.log());
        this.streams = new RtmpStreams(this, application, session, log);
    }

    /** The socket is connected. */
    void opened(SocketAddress peer) {
        log.peerIs(peer);
        Optional<ConnectionAdmission.Place> admitted = admission.enter(() -> socket.executeLater(this::makeRoom));
        if (admitted.isPresent()) {
            place = admitted.get();
        } else {
            end(CloseReason.TOO_MANY, "too many connections");
        }
    }

    private void makeRoom() {
        if (!accepted) {
            end(CloseReason.TOO_MANY, "too many connections that do not publish or play; this is the oldest");
        }
    }

    /** Sets the peer's address: that of the socket, or that of a PROXY header. Called once, before the first byte. */
    void peerIs(SocketAddress peer) {
        log.peerIs(peer);
        LOG.debug("rtmp {}: connected", log.address());
        if (peer instanceof InetSocketAddress inet && inet.getAddress() != null) {
            memory.peerIs(inet.getAddress());
            if (place != null && !place.enter(inet.getAddress())) {
                end(CloseReason.TOO_MANY_OF_ADDRESS, "too many connections from this address");
            }
        }
    }

    void received(ByteBuffer bytes) {
        watchdog.bytesReceived();
        pump(bytes);
    }

    void writabilityChanged() {
        switchReading();
        if (socket.isWritable()) {
            streams.writable();
        }
    }

    /** One second has passed. */
    void tick() {
        boolean reading = !streams.isPaused() && socket.isWritable();
        Optional<CloseReason> timeout = watchdog.tick(session.state(), reading, socket.hasProgressed());
        if (timeout.isPresent()) {
            end(timeout.get(), "time limit exceeded");
            return;
        }
        seconds++;
        if (session.state() == ServerSession.State.PLAYING && socket.isWritable() && seconds % PING_SECONDS == 0) {
            session.ping(seconds);
            send();
        }
    }

    private void pump(ByteBuffer in) {
        try {
            for (ServerEvent event = next(in); event != null; event = next(in)) {
                handle(event);
            }
        } catch (MediaException fault) {
            end(CloseReason.of(fault), fault.getMessage());
        } catch (RuntimeException bug) {
            endByBug(bug);
        }
        writeOutput();
    }

    private ServerEvent next(ByteBuffer in) {
        return closing ? null : session.next(in);
    }

    private void handle(ServerEvent event) {
        switch (event) {
            case ServerEvent.PublishRequested request -> streams.publish(request);
            case ServerEvent.Media media -> streams.message(media);
            case ServerEvent.Unpublished(int streamId) ->
                streams.endPublisher(streamId, PublishSink.End.UNPUBLISHED, "ended by the encoder");
            case ServerEvent.PlayRequested request -> streams.play(request);
            case ServerEvent.PlayPaused(int streamId, boolean paused) -> streams.player(streamId).pause(paused);
            case ServerEvent.PlayTracks(int streamId, boolean audio, boolean video) ->
                streams.player(streamId).tracks(audio, video);
            case ServerEvent.PlayStopped(int streamId) -> streams.endPlayer(streamId);
            case ServerEvent.Refused(String code, String description) ->
                end(CloseReason.REFUSED, code + ", " + description);
            case ServerEvent.PassedOver(ServerEvent.PassedOver.What what) -> passedOver(what);
        }
    }

    private void passedOver(ServerEvent.PassedOver.What what) {
        meters.passedOver(what);
        if (what == ServerEvent.PassedOver.What.MEDIA_WITHOUT_MEMORY) {
            log.write(Level.WARN, "dropped an incomplete message because the memory for incomplete messages is full");
        }
    }

    /** Starts a publish that the application has accepted. */
    void startPublish(int streamId) {
        session.acceptPublish(streamId);
        accepted();
        watchdog.bytesReceived();
        pump(NO_INPUT);
        socket.flush();
    }

    /** Called when a publish or play has been accepted: the connection no longer counts as one without. */
    void accepted() {
        accepted = true;
        place.accepted();
    }

    /** Runs {@code task} on the event loop; immediately if this is the event loop. Callable on any thread. */
    void execute(Runnable task) {
        socket.execute(task);
    }

    EventExecutor loop() {
        return socket.loop();
    }

    boolean isWritable() {
        return socket.isWritable();
    }

    /** Reads from the socket unless a publisher is paused or the peer does not read what we send. */
    void switchReading() {
        socket.setReading(!streams.isPaused() && socket.isWritable());
    }

    void startPlay(RtmpPlayer player) {
        socket.becomePlayer();
        session.acceptPlay(player.streamId());
        writeOutput();
    }

    /** Sends played messages between two messages of the session; {@code messages} is borrowed. */
    void send(List<ByteBuf> messages) {
        socket.play(messages);
    }

    /** Asks the peer to reconnect. The peer must support that. */
    void requestReconnect(String description) {
        LOG.info("rtmp {}: asked to reconnect: {}", log.address(), description);
        session.requestReconnect(description);
        send();
    }

    /**
     * Asks the peer to reconnect if it plays, does not publish, and supports such requests. Returns whether it was
     * asked.
     */
    boolean askPlayerToLeave(String description) {
        boolean asks = session.state() == ServerSession.State.PLAYING && session.knowsReconnect();
        if (asks) {
            requestReconnect(description);
        }
        return asks;
    }

    /** Tells the player that its stream has ended; ends the connection if no other stream of it is in use. */
    void endPlay(int streamId) {
        if (isOpen()) {
            session.endPlay(streamId);
            streamEnded(streamId, CloseReason.STREAM_ENDED, "the stream has ended");
        }
    }

    /** Tells the encoder why its publish ends; ends the connection if no other stream of it is in use. */
    void refuse(int streamId, PublishStatus status, String description) {
        refuse(streamId, status.reason(), status.code(), description);
    }

    /** Tells the peer why one stream ends; ends the connection if no other stream of it is in use. */
    void refuse(int streamId, CloseReason reason, String code, String description) {
        if (isOpen()) {
            session.end(streamId, code, description);
            streamEnded(streamId, reason, code + ", " + description);
        }
    }

    private void streamEnded(int streamId, CloseReason reason, String detail) {
        if (session.state() == ServerSession.State.DRAINING) {
            end(reason, detail);
        } else {
            log.write(Level.INFO, "stream " + streamId + " ended, " + reason.label() + ": " + detail);
            streams.endPublisher(streamId, PublishSink.End.CLOSED_BY_SERVER, detail);
            streams.endPlayer(streamId);
            send();
        }
    }

    /** Ends the connection because the server is shutting down. A peer that has not connected yet is told nothing. */
    void shutDown() {
        if (isOpen()) {
            String description = "the server is shutting down";
            if (session.state().isConnected()) {
                session.close("NetConnection.Connect.AppShutdown", description);
            }
            end(CloseReason.SHUTDOWN, description);
        }
    }

    /** Ends the connection because the process has no memory for incomplete messages. Called on any thread. */
    private void memoryUsedUp() {
        socket.executeLater(() -> end(CloseReason.MEMORY, "the memory for incomplete messages is full"));
    }

    /** Drops incomplete messages of a publisher, which stays connected. Called on any thread. */
    private void yieldMemory() {
        socket.executeLater(() -> {
            session.yieldMemory();
            pump(NO_INPUT);
            socket.flush();
        });
    }

    /** Ends the connection because of a bug in this process. */
    void endByBug(Throwable bug) {
        end(CloseReason.INTERNAL_ERROR, "a bug: " + bug, Level.ERROR, bug);
    }

    /** Ends the connection. Only the first reason counts. */
    void end(CloseReason reason, String detail) {
        // A flood of connections must not become a flood of log lines.
        boolean flood = reason == CloseReason.TOO_MANY || reason == CloseReason.TOO_MANY_OF_ADDRESS;
        end(reason, detail, flood ? Level.DEBUG : Level.INFO, null);
    }

    private void end(CloseReason reason, String detail, Level level, Throwable bug) {
        boolean drains = ending == null && session.state() == ServerSession.State.DRAINING;
        if (ending == null) {
            ending = reason;
            log.write(level, "closed, " + reason.label() + ": " + detail, bug);
            streams.endAll(reason, detail);
        }
        if (drains) {
            send();
        } else {
            closing = true;
            socket.close();
        }
    }

    /** The socket is closed. */
    void closed() {
        end(CloseReason.PEER_CLOSED, "the peer closed the connection", Level.DEBUG, null);
        session.closed();
        if (place != null) {
            place.leave();
        }
        meters.closed(ending);
    }

    private boolean isOpen() {
        return ending == null && socket.isActive();
    }

    private void writeOutput() {
        socket.write(session.takeOutput());
    }

    private void send() {
        writeOutput();
        socket.flush();
    }
}
