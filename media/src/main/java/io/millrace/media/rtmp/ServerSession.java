package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.rtmp.PartialMemory.MediaUse;
import io.millrace.media.rtmp.RtmpMessage.Command;
import io.millrace.media.rtmp.ServerEvent.PassedOver.What;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The server's side of one RTMP connection, without I/O: bytes in, events and bytes out.
 *
 * <p>Confined to one thread. The caller calls {@link #next} until it returns null, answers each event, and then writes
 * {@link #takeOutput}. A {@link io.millrace.media.bytes.MediaException} ends the connection; the session must not be
 * used afterwards. Limits: {@link RtmpLimits}. Each stream of createStream publishes or plays independently. Played
 * media does not pass through the session: the caller writes {@link PlayChunks} between two outputs. Implements RTMP
 * 1.0, chapter 7.
 */
public final class ServerSession {
    /** State of the connection. */
    public enum State {
        HANDSHAKE, AWAITING_CONNECT,
        /** Connected; no stream is published or played. */
        CONNECTED,
        /** A publish or play has not been answered yet, and no stream is published or played. */
        ANSWERING,
        /** At least one stream is published. */
        PUBLISHING,
        /** At least one stream is played and none is published. */
        PLAYING,
        /**
         * The session is over. Further input is discarded instead of closing at once, so that no TCP reset overtakes
         * the last output.
         */
        DRAINING;

        private Set<State> next() {
            return switch (this) {
                case HANDSHAKE -> EnumSet.of(AWAITING_CONNECT, DRAINING);
                case AWAITING_CONNECT -> EnumSet.of(CONNECTED, DRAINING);
                case CONNECTED -> EnumSet.of(ANSWERING, DRAINING);
                case ANSWERING -> EnumSet.of(CONNECTED, PUBLISHING, PLAYING, DRAINING);
                case PUBLISHING -> EnumSet.of(CONNECTED, ANSWERING, PLAYING, DRAINING);
                case PLAYING -> EnumSet.of(CONNECTED, ANSWERING, PUBLISHING, DRAINING);
                case DRAINING -> EnumSet.noneOf(State.class);
            };
        }

        /** Returns whether the peer has connected and the session is not over. */
        public boolean isConnected() {
            return switch (this) {
                case CONNECTED, ANSWERING, PUBLISHING, PLAYING -> true;
                case HANDSHAKE, AWAITING_CONNECT, DRAINING -> false;
            };
        }

        /** Returns whether a publish or play has been accepted and has not ended. */
        private boolean isAccepted() {
            return this == PUBLISHING || this == PLAYING;
        }
    }

    private final Handshake handshake;
    private final RtmpLimits limits;
    private final PartialMemory memory;
    private final MessageLink link;
    private final MessageStreams streams;
    private final StreamRequests requests;
    private final RequestBudget budget;
    /** Events to return before more input is read. */
    private final Queue<ServerEvent> ready = new ArrayDeque<>();
    private State state = State.HANDSHAKE;
    private ConnectRequest connect;
    private boolean publishSeen;

    /** Creates a session with {@link RtmpLimits#DEFAULT}. */
    public ServerSession(RandomGenerator random) {
        this(random, RtmpLimits.DEFAULT);
    }

    /** @param random source of the handshake's random bytes; it need not be cryptographically secure */
    public ServerSession(RandomGenerator random, RtmpLimits limits) {
        this(random, limits, MemoryShare.ALONE);
    }

    /** @param share this connection's share of the memory that the process allows for incomplete messages */
    public ServerSession(RandomGenerator random, RtmpLimits limits, MemoryShare share) {
        this.limits = limits;
        memory = new PartialMemory(limits.partialBytes(), share);
        link = new MessageLink(limits, memory);
        streams = new MessageStreams(limits.messageStreams(), memory);
        requests = new StreamRequests(streams, link, limits, ready);
        budget = new RequestBudget(limits);
        handshake = Handshake.server(random);
    }

    public State state() {
        return state;
    }

    /** Removes and returns the bytes to be written to the peer; empty if there are none. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /** Releases the memory of incomplete messages. To be called once, when the connection is closed. */
    public void closed() {
        memory.close();
    }

    /**
     * Returns the next event, or null once {@code in} is consumed.
     *
     * @throws io.millrace.media.bytes.MediaException if the input is malformed or exceeds a limit
     */
    public ServerEvent next(ByteBuffer in) {
        if (state == State.HANDSHAKE && handshake.feed(in, link.out())) {
            become(State.AWAITING_CONNECT);
        }
        if (state == State.HANDSHAKE) {
            return null;
        }
        while (ready.isEmpty() && state != State.DRAINING) {
            RtmpMessage message = link.next(in);
            budget.checkBytes(state, link.received());
            if (message != null) {
                handle(message);
            }
            for (int dropped = link.takeDropped(); dropped > 0; dropped--) {
                ready.add(new ServerEvent.PassedOver(What.MEDIA_WITHOUT_MEMORY));
            }
            if (message == null) {
                break;
            }
        }
        if (state == State.DRAINING) {
            in.position(in.limit());
        }
        return ready.poll();
    }

    /**
     * Makes a publisher release the memory that exceeds its {@link #reserveMemory reserve}, by dropping incomplete
     * messages. Call {@link #next} afterwards for the events that count the dropped messages.
     */
    public void yieldMemory() {
        link.yieldMemory();
    }

    /**
     * Reserves the memory that a publisher needs. Call before {@link #acceptPublish}; if it returns false, no memory is
     * left and the publish must be refused.
     */
    public boolean reserveMemory() {
        return memory.reserve();
    }

    /** Accepts a {@link ServerEvent.PublishRequested}. Call {@link #next} afterwards for media that arrived early. */
    public void acceptPublish(int streamId) {
        requests.acceptPublish(connected(streamId));
        settle();
    }

    /** Accepts a {@link ServerEvent.PlayRequested}. From now on the caller writes {@link PlayChunks}. */
    public void acceptPlay(int streamId) {
        requests.acceptPlay(connected(streamId));
        settle();
    }

    /**
     * Tells the peer that its publish, play or request on one stream is over. The connection continues if another
     * stream is in use; otherwise it accepts no more input.
     *
     * @param code such as {@code NetStream.Publish.Denied}
     * @param description human-readable reason
     */
    public void end(int streamId, String code, String description) {
        requests.fail(connected(streamId), code, description);
        drainUnlessUsed();
    }

    /**
     * Tells a player that the stream has ended. The connection continues under the same condition as in {@link #end}.
     */
    public void endPlay(int streamId) {
        requests.endPlay(connected(streamId));
        drainUnlessUsed();
    }

    private NetStream connected(int streamId) {
        NetStream stream = streams.get(streamId);
        if (stream == null || !state.isConnected()) {
            throw new IllegalStateException("there is no stream " + streamId + " in " + state);
        }
        return stream;
    }

    private void drainUnlessUsed() {
        if (streams.isAnyUsed()) {
            settle();
        } else {
            drain();
        }
    }

    /**
     * Tells the peer that every publish and play is over, and accepts no more input.
     *
     * @param code such as {@code NetConnection.Connect.AppShutdown}
     * @param description human-readable reason
     */
    public void close(String code, String description) {
        if (state == State.CONNECTED) {
            link.send(MessageLink.STREAM, Replies.failed(RtmpMessage.CONNECTION, code, description));
        }
        streams.used().forEach(
                stream -> link.send(MessageLink.STREAM, Replies.failed(stream.id(), code, description)));
        if (state != State.DRAINING) {
            drain();
        }
    }

    private void drain() {
        become(State.DRAINING);
        ready.clear();
        streams.all().forEach(NetStream::end);
    }

    /**
     * Sends a ping request. Peers are not required to respond.
     *
     * @param stamp value that the peer returns in its response
     */
    public void ping(int stamp) {
        link.send(MessageLink.CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.PING_REQUEST, stamp));
    }

    /** Returns whether the peer announced in connect that it honours {@link #requestReconnect}. */
    public boolean knowsReconnect() {
        return connect != null && connect.knowsReconnect();
    }

    /**
     * Asks the peer to reconnect. A publisher does so at its next keyframe; what it sends until then is accepted.
     * Allowed only if the peer is connected and {@link #knowsReconnect}.
     *
     * @param description human-readable reason
     */
    public void requestReconnect(String description) {
        if (!knowsReconnect() || !state.isConnected()) {
            throw new IllegalStateException("a peer in " + state + " cannot be asked to reconnect");
        }
        link.send(MessageLink.COMMANDS, Replies.reconnectRequest(description));
    }

    private void become(State next) {
        if (!state.next().contains(next)) {
            throw new IllegalStateException("a connection cannot go from " + state + " to " + next);
        }
        boolean connects = state == State.AWAITING_CONNECT && next == State.CONNECTED;
        // A withdrawn request restores nothing; otherwise a peer could request and withdraw without a limit.
        boolean ended = state.isAccepted() && next.isConnected() && !next.isAccepted();
        if (connects || ended) {
            budget.restore(link.received());
        }
        state = next;
    }

    /** Derives the state of the connection, and the memory that it may use, from the uses of its streams. */
    private void settle() {
        State next = streams.connectionState();
        if (next != state) {
            become(next);
        }
        memory.useMedia(mediaUse());
        memory.admit(state.isAccepted());
        if (state != State.PUBLISHING) {
            memory.endReserve();
        }
    }

    /**
     * Encoders may send media directly after the publish command, and have some in flight when the publish ends, but no
     * encoder sends media before the command.
     */
    private MediaUse mediaUse() {
        if (streams.isAnyPublish()) {
            return MediaUse.KEPT;
        }
        return publishSeen ? MediaUse.SKIPPED : MediaUse.REFUSED;
    }

    private void handle(RtmpMessage message) {
        switch (message) {
            case RtmpMessage.Media media -> {
                requests.media(media);
                if (state == State.PUBLISHING) {
                    budget.mediaSeen();
                }
            }
            case Command command -> command(command);
            case RtmpMessage.Ignored(What what) -> ready.add(new ServerEvent.PassedOver(what));
            case RtmpMessage.SetChunkSize _,RtmpMessage.Acknowledgement _,RtmpMessage.UserControl _,RtmpMessage.WindowAckSize _,RtmpMessage.SetPeerBandwidth _,RtmpMessage.Aggregate _ -> {
                // MessageLink handles these.
            }
        }
    }

    private void command(Command command) {
        if (!streams.has(NetStream.Use.PLAYING)) {
            budget.command();
        }
        PeerRequest request = PeerRequest.parse(command);
        boolean first = state == State.AWAITING_CONNECT;
        if (first != request instanceof PeerRequest.Connect) {
            throw new MalformedException("session", "command", "connect must come first and only once");
        }
        answer(request);
        if (state.isConnected()) {
            settle();
        }
    }

    private void answer(PeerRequest request) {
        switch (request) {
            case PeerRequest.Connect connecting -> connect(connecting);
            case PeerRequest.CreateStream(double transaction) ->
                reply(transaction, new AmfValue.Number(streams.create()));
            case PeerRequest.Publish publish -> {
                publishSeen = true;
                requests.publish(publish, connect).ifPresent(this::refused);
            }
            case PeerRequest.Play play -> requests.play(play, connect).ifPresent(this::refused);
            case PeerRequest.Pause(int streamId, boolean paused) -> requests.pause(streamId, paused);
            case PeerRequest.Seek(int streamId) -> requests.seek(streamId);
            case PeerRequest.ReceiveAudio(int streamId, boolean wanted) -> requests.receiveAudio(streamId, wanted);
            case PeerRequest.ReceiveVideo(int streamId, boolean wanted) -> requests.receiveVideo(streamId, wanted);
            case PeerRequest.Close(int streamId) -> requests.close(streamId);
            case PeerRequest.CloseAll _ -> requests.closeAll();
            case PeerRequest.Unpublish(String name) -> requests.unpublish(name);
            case PeerRequest.Delete(int streamId) -> requests.delete(streamId);
            case PeerRequest.DeleteAll _ -> requests.deleteAll();
            case PeerRequest.Subscribe _ -> link.send(MessageLink.COMMANDS, Replies.subscribed());
            case PeerRequest.Formality(double transaction, AmfValue value) -> reply(transaction, value);
            case PeerRequest.Reply _ -> {
                // Nothing waits for it.
            }
            case PeerRequest.Unknown(double transaction) -> {
                reply(transaction, AmfValue.NULL);
                ready.add(new ServerEvent.PassedOver(What.UNKNOWN_COMMAND));
            }
        }
    }

    private void reply(double transaction, AmfValue value) {
        if (transaction != 0) {
            link.send(MessageLink.COMMANDS, Replies.result(transaction, value));
        }
    }

    private void connect(PeerRequest.Connect request) {
        connect = request.request();
        Optional<String> problem = connect.problem(limits.names());
        if (problem.isPresent()) {
            String code = connect.app().isEmpty()
                    ? "NetConnection.Connect.InvalidApp"
                    : "NetConnection.Connect.Rejected";
            link.send(MessageLink.COMMANDS, Replies.connectRejected(request.transaction(), code, problem.get()));
            refused(new ServerEvent.Refused(code, problem.get()));
            return;
        }
        become(State.CONNECTED);
        link.announceWindow(MessageLink.WINDOW_BYTES);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.SetPeerBandwidth(MessageLink.WINDOW_BYTES, RtmpMessage.SetPeerBandwidth.DYNAMIC));
        link.send(MessageLink.CONTROL, new RtmpMessage.SetChunkSize(MessageLink.CHUNK_SIZE));
        link.send(MessageLink.COMMANDS, Replies.connected(request.transaction(), connect.isEnhanced()));
    }

    private void refused(ServerEvent.Refused refusal) {
        drain();
        ready.add(refusal);
    }
}
