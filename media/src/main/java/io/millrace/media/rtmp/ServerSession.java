package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.rtmp.RtmpMessage.Command;
import io.millrace.media.rtmp.ServerEvent.PassedOver.What;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;

/**
 * The server's end of one RTMP connection, without I/O: bytes in, events and bytes out.
 *
 * <p>Confined to one thread. The shell calls {@link #next} until it returns null, answers each event, and then writes
 * {@link #takeOutput}. A {@link io.millrace.media.bytes.MediaException} ends the connection; the session must not be used
 * after it. Limits: {@link RtmpLimits}. Each stream of createStream publishes or plays by itself. What is played does not go
 * through here: the shell writes {@link PlayChunks} between two outputs. Source: RTMP 1.0, chapter 7.
 */
public final class ServerSession {
    /** What the connection waits for or does. */
    public enum State {
        HANDSHAKE, AWAITING_CONNECT,
        /** Connected; nothing is published or played. */
        CONNECTED,
        /** The shell has not answered a publish or play yet, and no other goes on. */
        ANSWERING,
        /** A stream is published, whatever else. */
        PUBLISHING,
        /** A stream is played, and none is published. */
        PLAYING,
        /** A refusal was written; what still comes is thrown away, so that no TCP reset overtakes it. */
        DRAINING
    }

    private enum Phase {
        HANDSHAKE, AWAITING_CONNECT, CONNECTED, DRAINING
    }

    /** The message stream of the connection itself. */
    private static final int CONNECTION = 0;

    private final Handshake handshake;
    private final RtmpLimits limits;
    private final PartialMemory memory;
    private final MessageLink link;
    private final MessageStreams streams;
    /** Comes before whatever is read next. */
    private final Queue<ServerEvent> ready = new ArrayDeque<>();
    private Phase phase = Phase.HANDSHAKE;
    private ConnectRequest connect;
    private long idleSinceBytes;
    private int commands;
    private boolean mediaSeen;

    /** With {@link RtmpLimits#DEFAULT}. */
    public ServerSession(RandomGenerator random) {
        this(random, RtmpLimits.DEFAULT);
    }

    /** @param random for the handshake, which needs no better than any generator */
    public ServerSession(RandomGenerator random, RtmpLimits limits) {
        this(random, limits, MemoryShare.ALONE);
    }

    /** @param share of the memory that all connections of the process have for messages that are not complete */
    public ServerSession(RandomGenerator random, RtmpLimits limits, MemoryShare share) {
        this.limits = limits;
        memory = new PartialMemory(limits.partialBytes(), share);
        link = new MessageLink(limits, memory);
        streams = new MessageStreams(limits.messageStreams(), memory);
        handshake = Handshake.server(random);
    }

    public State state() {
        return switch (phase) {
            case HANDSHAKE -> State.HANDSHAKE;
            case AWAITING_CONNECT -> State.AWAITING_CONNECT;
            case CONNECTED -> connectedState();
            case DRAINING -> State.DRAINING;
        };
    }

    private State connectedState() {
        if (streams.has(NetStream.Use.PUBLISHING)) {
            return State.PUBLISHING;
        }
        if (streams.has(NetStream.Use.PLAYING)) {
            return State.PLAYING;
        }
        boolean asked = streams.has(NetStream.Use.PUBLISH_ASKED) || streams.has(NetStream.Use.PLAY_ASKED);
        return asked ? State.ANSWERING : State.CONNECTED;
    }

    /** What is to be written to the peer by now, given away; empty if nothing is. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /** The connection is gone, and with it the memory of what was not complete. */
    public void closed() {
        memory.close();
    }

    /** The next event, or null once {@code in} is used up. */
    public ServerEvent next(ByteBuffer in) {
        if (phase == Phase.HANDSHAKE && handshake.feed(in, link.out())) {
            phase = Phase.AWAITING_CONNECT;
        }
        if (phase == Phase.HANDSHAKE) {
            return null;
        }
        while (phase != Phase.DRAINING) {
            if (!ready.isEmpty()) {
                return ready.remove();
            }
            // An encoder may send media right behind its publish; before that it has nothing that could be published.
            memory.takesMedia(streams.has(NetStream.Use.PUBLISH_ASKED) || streams.has(NetStream.Use.PUBLISHING));
            memory.admit(streams.has(NetStream.Use.PUBLISHING) || streams.has(NetStream.Use.PLAYING));
            if (!streams.has(NetStream.Use.PUBLISHING)) {
                memory.endReserve();
            }
            RtmpMessage message = link.next(in);
            checkBudget();
            if (message == null) {
                return null;
            }
            ServerEvent event = event(message);
            if (event != null) {
                return event;
            }
        }
        in.position(in.limit());
        return null;
    }

    /**
     * Sets aside the memory of a publisher. Before {@link #acceptPublish}; returns false if there is none left for one more, which is
     * to be refused then.
     */
    public boolean reserveMemory() {
        return memory.reserve();
    }

    /** Answers {@link ServerEvent.PublishRequested}; call {@link #next} after it for media that came early. */
    public void acceptPublish(int streamId) {
        NetStream stream = asked(streamId);
        stream.accept(NetStream.Use.PUBLISH_ASKED, NetStream.Use.PUBLISHING);
        stream.takeEarly(ready);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_BEGIN, streamId));
        link.send(MessageLink.STREAM, Replies.publishStarted(streamId, stream.name()));
    }

    /** Answers {@link ServerEvent.PlayRequested}: from here on the shell writes {@link PlayChunks}. */
    public void acceptPlay(int streamId) {
        NetStream stream = asked(streamId);
        stream.accept(NetStream.Use.PLAY_ASKED, NetStream.Use.PLAYING);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_BEGIN, streamId));
        if (stream.resets()) {
            link.send(MessageLink.STREAM, Replies.status(streamId, "NetStream.Play.Reset", "Playing from now."));
        }
        link.send(MessageLink.STREAM, Replies.playStarted(streamId, stream.name()));
        link.send(MessageLink.STREAM, Replies.sampleAccess(streamId));
    }

    private NetStream asked(int streamId) {
        NetStream stream = streams.get(streamId);
        if (stream == null || phase != Phase.CONNECTED) {
            throw new IllegalStateException("there is no stream " + streamId + " in " + phase);
        }
        return stream;
    }

    /**
     * Tells the peer that what it publishes, plays or asks for on one stream is over. The connection goes on if there is more
     * on it; else it takes no more input.
     *
     * @param code such as {@code NetStream.Publish.Denied}
     * @param description for people
     */
    public void end(int streamId, String code, String description) {
        link.send(MessageLink.STREAM, Replies.failed(streamId, code, description));
        over(streamId);
    }

    /** What a player plays has come to its end. The connection goes on if there is more on it, like {@link #end}. */
    public void endPlay(int streamId) {
        link.send(MessageLink.STREAM,
                Replies.status(streamId, "NetStream.Play.UnpublishNotify", "The stream is over."));
        link.send(MessageLink.CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_EOF, streamId));
        link.send(MessageLink.STREAM, Replies.status(streamId, "NetStream.Play.Stop", "Stopped."));
        over(streamId);
    }

    private void over(int streamId) {
        asked(streamId).end();
        ready.removeIf(event -> event instanceof ServerEvent.Media media && media.streamId() == streamId);
        if (streams.isAnyInUse()) {
            idleSinceBytes = link.received();
        } else {
            drain();
        }
    }

    /**
     * Tells the peer that everything is over, and takes no more input.
     *
     * @param code such as {@code NetConnection.Connect.AppShutdown}
     * @param description for people
     */
    public void close(String code, String description) {
        if (phase == Phase.CONNECTED) {
            if (!streams.isAnyInUse()) {
                link.send(MessageLink.STREAM, Replies.failed(CONNECTION, code, description));
            }
            for (NetStream stream : streams.inUse()) {
                link.send(MessageLink.STREAM, Replies.failed(stream.id(), code, description));
            }
        }
        drain();
    }

    private void drain() {
        phase = Phase.DRAINING;
        ready.clear();
        streams.all().forEach(NetStream::end);
    }

    /** Asks the peer whether it is there; it need not answer. */
    public void ping(int stamp) {
        link.send(MessageLink.CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.PING_REQUEST, stamp));
    }

    /** Whether the peer said in connect that it follows {@link #requestReconnect}. */
    public boolean knowsReconnect() {
        return connect != null && connect.knowsReconnect();
    }

    /**
     * Asks the peer to connect again; it leaves at its next keyframe, and what it sends until then is taken as before. Only
     * for a peer that is connected and {@link #knowsReconnect}.
     *
     * @param description for people
     */
    public void requestReconnect(String description) {
        if (!knowsReconnect() || phase != Phase.CONNECTED) {
            throw new IllegalStateException("a peer in " + state() + " is not asked to connect again");
        }
        link.send(MessageLink.COMMANDS, Replies.reconnectRequest(description));
    }

    private void checkBudget() {
        switch (state()) {
            case AWAITING_CONNECT ->
                within("bytesBeforeConnect", link.received(), limits.beforeConnectBytes());
            case CONNECTED, ANSWERING ->
                within("bytesBeforePublish", link.received() - idleSinceBytes, limits.beforePublishBytes());
            case HANDSHAKE, PUBLISHING, PLAYING, DRAINING -> {
            }
        }
    }

    private static void within(String field, long seen, long limit) {
        if (seen > limit) {
            throw new OverLimitException("session", field, seen, limit);
        }
    }

    private ServerEvent event(RtmpMessage message) {
        return switch (message) {
            case RtmpMessage.Media media -> media(media);
            case Command command -> command(command);
            case RtmpMessage.Ignored(boolean isMedia) ->
                new ServerEvent.PassedOver(isMedia ? What.MEDIA_WITHOUT_PUBLISH : What.UNKNOWN_MESSAGE);
            case RtmpMessage.SetChunkSize _,RtmpMessage.Acknowledgement _,RtmpMessage.UserControl _,RtmpMessage.WindowAckSize _,RtmpMessage.SetPeerBandwidth _,RtmpMessage.Aggregate _ ->
                null; // the link has dealt with them
        };
    }

    private ServerEvent media(RtmpMessage.Media media) {
        // Some hardware encoders send metadata on the stream of the connection; if only one stream is published, it is its.
        NetStream stream = media.streamId() == CONNECTION
                ? streams.onlyPublished().orElse(null)
                : streams.get(media.streamId());
        if (stream == null) {
            return new ServerEvent.PassedOver(What.MEDIA_WITHOUT_PUBLISH);
        }
        var event = new ServerEvent.Media(stream.id(), media.kind(), media.timestamp(), media.body());
        return switch (stream.use()) {
            case PUBLISH_ASKED -> {
                stream.keep(event, limits);
                yield null;
            }
            case PUBLISHING -> {
                mediaSeen = true;
                yield event;
            }
            case NOTHING, PLAY_ASKED, PLAYING -> new ServerEvent.PassedOver(What.MEDIA_WITHOUT_PUBLISH);
        };
    }

    private ServerEvent command(Command command) {
        if (!mediaSeen && !streams.has(NetStream.Use.PLAYING)) {
            within("commandsBeforeMedia", ++commands, limits.commandsBeforeMedia());
        }
        boolean first = phase == Phase.AWAITING_CONNECT;
        if (first != command.name().equals("connect")) {
            throw new MalformedException("session", "command", "connect comes first, and once");
        }
        return switch (command.name()) {
            case "connect" -> connect(command);
            case "createStream" -> reply(command, new AmfValue.Number(streams.create()));
            case "publish" -> publish(command);
            case "play", "play2" -> play(command);
            case "pause", "pauseRaw", "seek", "receiveAudio", "receiveVideo" -> steer(command);
            case "closeStream" -> command.streamId() == CONNECTION ? stopAll() : stop(command.streamId());
            case "FCUnpublish" -> unpublish(command);
            case "deleteStream" -> deleteStream(command);
            case "FCSubscribe" -> {
                link.send(MessageLink.COMMANDS, Replies.subscribed());
                yield null;
            }
            case "releaseStream", "FCPublish" -> reply(command, AmfValue.UNDEFINED);
            case "getStreamLength" -> reply(command, new AmfValue.Number(0));
            case "_checkbw" -> reply(command, AmfValue.NULL);
            case "_result", "_error", "onStatus", "onFCPublish" -> null;
            default -> {
                reply(command, AmfValue.NULL);
                yield new ServerEvent.PassedOver(What.UNKNOWN_COMMAND);
            }
        };
    }

    private ServerEvent reply(Command command, AmfValue value) {
        if (command.transaction() != 0) {
            link.send(MessageLink.COMMANDS, Replies.result(command.transaction(), value));
        }
        return null;
    }

    private ServerEvent connect(Command command) {
        connect = ConnectRequest.parse(command);
        Optional<String> problem = connect.problem(limits.names());
        if (problem.isPresent()) {
            String code = connect.app().isEmpty()
                    ? "NetConnection.Connect.InvalidApp"
                    : "NetConnection.Connect.Rejected";
            link.send(MessageLink.COMMANDS, Replies.connectRejected(command.transaction(), code, problem.get()));
            drain();
            return new ServerEvent.Refused(code, problem.get());
        }
        phase = Phase.CONNECTED;
        beginAnew();
        link.announceWindow(MessageLink.WINDOW_BYTES);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.SetPeerBandwidth(MessageLink.WINDOW_BYTES, RtmpMessage.SetPeerBandwidth.DYNAMIC));
        link.send(MessageLink.CONTROL, new RtmpMessage.SetChunkSize(MessageLink.CHUNK_SIZE));
        link.send(MessageLink.COMMANDS, Replies.connected(command.transaction(), connect.isEnhanced()));
        return null;
    }

    private ServerEvent publish(Command command) {
        if (isFalse(command.argument(0))) {
            return stop(command.streamId());
        }
        String name = name(command);
        StreamPath path = StreamPath.of(connect, name);
        NetStream stream = free(command, path, "publish", "NetStream.Publish.Denied");
        if (stream == null) {
            return ready.poll();
        }
        stream.askPublish(name);
        return new ServerEvent.PublishRequested(stream.id(), path.path(), path.query(), connect.client(),
                connect.tcUrl());
    }

    private ServerEvent play(Command command) {
        if (isFalse(command.argument(0))) {
            return stop(command.streamId());
        }
        NetStream before = streams.get(command.streamId());
        if (before != null && before.use() == NetStream.Use.PLAYING) {
            // Another stream in place of the one that is played.
            before.end();
            ready.add(new ServerEvent.PlayStopped(before.id()));
        }
        String name = name(command);
        StreamPath path = StreamPath.of(connect, name);
        NetStream stream = free(command, path, "play", "NetStream.Play.Failed");
        if (stream != null) {
            stream.askPlay(name, !(command.argument(3) instanceof AmfValue.Bool(boolean reset)) || reset);
            long durationMs = PlayDuration.millis(command.argument(1), command.argument(2));
            ready.add(new ServerEvent.PlayRequested(stream.id(), path.path(), path.query(), connect.client(),
                    connect.fourCcs(), durationMs));
        }
        return ready.poll();
    }

    /** What Flash calls {@code NetStream.publish(false)} and {@code play(false)}: stop. */
    private static boolean isFalse(AmfValue name) {
        return name instanceof AmfValue.Bool(boolean wanted) && !wanted;
    }

    private static String name(Command command) {
        return command.argument(0) instanceof AmfValue.Text(String name) ? name : "";
    }

    /**
     * The stream of a request; null if there is none for it, which the peer is told. What it does on other streams is none
     * the worse for it.
     */
    private NetStream free(Command command, StreamPath path, String what, String code) {
        NetStream stream = streams.get(command.streamId());
        String problem = path.problem(limits.names()).orElse(null);
        if (stream == null) {
            problem = what + " needs the stream of createStream";
        } else if (stream.use() != NetStream.Use.NOTHING) {
            problem = "this stream of the connection is in use; ask for another one with createStream";
        }
        if (problem == null) {
            return stream;
        }
        link.send(MessageLink.STREAM, Replies.failed(command.streamId(), code, problem));
        if (!streams.isAnyInUse()) {
            drain();
            ready.add(new ServerEvent.Refused(code, problem));
        }
        return null;
    }

    /** What a player wants of what it plays. Live has no other place, so who seeks goes on where it is. */
    private ServerEvent steer(Command command) {
        NetStream stream = streams.get(command.streamId());
        if (stream == null || stream.use() != NetStream.Use.PLAYING) {
            return null;
        }
        int id = stream.id();
        if (command.name().equals("seek")) {
            link.send(MessageLink.STREAM, Replies.status(id, "NetStream.Seek.Notify", "Live goes on where it is."));
            return null;
        }
        boolean on = command.argument(0) instanceof AmfValue.Bool(boolean flag) && flag;
        if (command.name().startsWith("pause")) {
            link.send(MessageLink.STREAM, on
                    ? Replies.status(id, "NetStream.Pause.Notify", "Paused.")
                    : Replies.status(id, "NetStream.Unpause.Notify", "Goes on with what is live."));
            return new ServerEvent.PlayPaused(id, on);
        }
        if (command.name().equals("receiveAudio")) {
            stream.wantAudio(on);
        } else {
            stream.wantVideo(on);
        }
        return new ServerEvent.PlayTracks(id, stream.wantsAudio(), stream.wantsVideo());
    }

    /** GStreamer names the stream instead of its number: then all end. */
    private ServerEvent deleteStream(Command command) {
        if (command.argument(0) instanceof AmfValue.Number(double id)) {
            ServerEvent ended = stop((int) id);
            streams.delete((int) id);
            return ended;
        }
        ServerEvent ended = stopAll();
        streams.all().forEach(stream -> streams.delete(stream.id()));
        return ended;
    }

    /** Names what is published, on the stream of the connection. */
    private ServerEvent unpublish(Command command) {
        String name = name(command);
        return streams.inUse().stream()
                .filter(stream -> stream.use() == NetStream.Use.PUBLISHING
                        || stream.use() == NetStream.Use.PUBLISH_ASKED)
                .filter(stream -> stream.name().equals(name)).findFirst().or(streams::onlyPublished)
                .map(stream -> stop(stream.id())).orElse(null);
    }

    private ServerEvent stopAll() {
        streams.inUse().forEach(stream -> ready.add(stop(stream.id())));
        return ready.poll();
    }

    private ServerEvent stop(int streamId) {
        NetStream stream = streams.get(streamId);
        if (stream == null) {
            return null;
        }
        NetStream.Use use = stream.use();
        stream.end();
        if (!streams.isAnyInUse()) {
            beginAnew();
        }
        return switch (use) {
            case NOTHING -> null;
            case PUBLISH_ASKED, PUBLISHING -> {
                link.send(MessageLink.STREAM, Replies.unpublished(streamId));
                yield new ServerEvent.Unpublished(streamId);
            }
            case PLAY_ASKED, PLAYING -> {
                link.send(MessageLink.STREAM, Replies.status(streamId, "NetStream.Play.Stop", "Stopped."));
                yield new ServerEvent.PlayStopped(streamId);
            }
        };
    }

    /** Nothing is published or played: what comes next has the budget of the first. */
    private void beginAnew() {
        idleSinceBytes = link.received();
        commands = 0;
        mediaSeen = false;
    }
}
