package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
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
 * The server's end of one RTMP connection, without I/O: bytes in, events and bytes out.
 *
 * <p>Confined to one thread. The shell calls {@link #next} until it returns null, answers each event, and then writes
 * {@link #takeOutput}. A {@link io.millrace.media.bytes.MediaException} ends the connection; the session must not be used
 * after it. Limits: {@link RtmpLimits}. One stream is published at a time. Source: RTMP 1.0, chapter 7.
 */
public final class ServerSession {
    /** What the connection waits for or does. */
    public enum State {
        HANDSHAKE, AWAITING_CONNECT,
        /** Connected; nothing is published. */
        CONNECTED,
        /** The shell has not answered a publish or play yet. */
        ANSWERING, PUBLISHING,
        /** A refusal was written; what still comes is thrown away, so that no TCP reset overtakes it. */
        DRAINING;

        private Set<State> next() {
            return switch (this) {
                case HANDSHAKE -> EnumSet.of(AWAITING_CONNECT, DRAINING);
                case AWAITING_CONNECT -> EnumSet.of(CONNECTED, DRAINING);
                case CONNECTED -> EnumSet.of(ANSWERING, DRAINING);
                case ANSWERING -> EnumSet.of(CONNECTED, PUBLISHING, DRAINING);
                case PUBLISHING -> EnumSet.of(CONNECTED, DRAINING);
                case DRAINING -> EnumSet.of(DRAINING);
            };
        }
    }

    /** The message stream of the connection itself. */
    private static final int CONNECTION = 0;

    private final Handshake handshake;
    private final RtmpLimits limits;
    private final MessageLink link;
    private final MessageStreams streams;
    /** Media of an encoder that does not wait for the answer to publish; bounded by {@link #checkBudget}. */
    private final Queue<ServerEvent> early = new ArrayDeque<>();
    private State state = State.HANDSHAKE;
    private ConnectRequest connect;
    private long connectedAtBytes;
    private int commands;
    private boolean mediaSeen;
    private int streamId;
    private String streamName = "";

    /** With {@link RtmpLimits#DEFAULT}. */
    public ServerSession(RandomGenerator random) {
        this(random, RtmpLimits.DEFAULT);
    }

    /** @param random for the handshake, which needs no better than any generator */
    public ServerSession(RandomGenerator random, RtmpLimits limits) {
        this.limits = limits;
        link = new MessageLink(limits);
        streams = new MessageStreams(limits.messageStreams());
        handshake = Handshake.server(random);
    }

    public State state() {
        return state;
    }

    /** What is to be written to the peer by now, given away; empty if nothing is. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /** The next event, or null once {@code in} is used up. */
    public ServerEvent next(ByteBuffer in) {
        if (state == State.HANDSHAKE && handshake.feed(in, link.out())) {
            become(State.AWAITING_CONNECT);
        }
        if (state == State.HANDSHAKE) {
            return null;
        }
        if (state == State.PUBLISHING && !early.isEmpty()) {
            return early.remove();
        }
        while (state != State.DRAINING) {
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

    /** Answers {@link ServerEvent.PublishRequested}; call {@link #next} after it for media that came early. */
    public void acceptPublish() {
        become(State.PUBLISHING);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.UserControl(RtmpMessage.UserControl.STREAM_BEGIN, streamId));
        link.send(MessageLink.STREAM, Replies.publishStarted(streamId, streamName));
    }

    /**
     * Tells the peer that it is over, for the stream that it publishes or asks for, and takes no more input.
     *
     * @param code such as {@code NetStream.Publish.Denied}
     * @param description for people
     */
    public void close(String code, String description) {
        if (state == State.CONNECTED || state == State.ANSWERING || state == State.PUBLISHING) {
            link.send(MessageLink.STREAM, Replies.failed(streamId, code, description));
        }
        become(State.DRAINING);
        early.clear();
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
        if (!knowsReconnect() || state == State.AWAITING_CONNECT || state == State.DRAINING) {
            throw new IllegalStateException("a peer in " + state + " is not asked to connect again");
        }
        link.send(MessageLink.COMMANDS, Replies.reconnectRequest(description));
    }

    private void become(State next) {
        if (!state.next().contains(next)) {
            throw new IllegalStateException(state + " does not become " + next);
        }
        state = next;
    }

    private void checkBudget() {
        switch (state) {
            case AWAITING_CONNECT ->
                within("bytesBeforeConnect", link.received(), limits.beforeConnectBytes());
            case CONNECTED, ANSWERING ->
                within("bytesBeforePublish", link.received() - connectedAtBytes, limits.beforePublishBytes());
            case HANDSHAKE, PUBLISHING, DRAINING -> {
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
            case RtmpMessage.Ignored _ -> new ServerEvent.PassedOver(What.UNKNOWN_MESSAGE);
            case RtmpMessage.SetChunkSize _,RtmpMessage.Acknowledgement _,RtmpMessage.UserControl _,RtmpMessage.WindowAckSize _,RtmpMessage.SetPeerBandwidth _,RtmpMessage.Aggregate _ ->
                null; // the link has dealt with them
        };
    }

    private ServerEvent media(RtmpMessage.Media media) {
        // Some hardware encoders send metadata on the stream of the connection; only one stream is published, so it is its.
        if (media.streamId() != streamId && media.streamId() != CONNECTION) {
            return null;
        }
        ServerEvent event = new ServerEvent.Media(media.kind(), media.timestamp(), media.body());
        if (state == State.ANSWERING) {
            within("messagesBeforePublish", early.size() + 1L, RtmpLimits.EARLY_MESSAGES);
            early.add(event);
            return null;
        }
        mediaSeen |= state == State.PUBLISHING;
        return state == State.PUBLISHING ? event : null;
    }

    private ServerEvent command(Command command) {
        if (!mediaSeen) {
            within("commandsBeforeMedia", ++commands, limits.commandsBeforeMedia());
        }
        boolean first = state == State.AWAITING_CONNECT;
        if (first != command.name().equals("connect")) {
            throw new MalformedException("session", "command", "connect comes first, and once");
        }
        return switch (command.name()) {
            case "connect" -> connect(command);
            case "createStream" -> reply(command, new AmfValue.Number(streams.create()));
            case "publish" -> publish(command);
            case "play", "play2" -> play(command);
            case "FCUnpublish", "closeStream" -> unpublish();
            case "deleteStream" -> deleteStream(command);
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
            become(State.DRAINING);
            return new ServerEvent.Refused(code, problem.get());
        }
        awaitPublish();
        link.announceWindow(MessageLink.WINDOW_BYTES);
        link.send(MessageLink.CONTROL,
                new RtmpMessage.SetPeerBandwidth(MessageLink.WINDOW_BYTES, RtmpMessage.SetPeerBandwidth.DYNAMIC));
        link.send(MessageLink.CONTROL, new RtmpMessage.SetChunkSize(MessageLink.CHUNK_SIZE));
        link.send(MessageLink.COMMANDS, Replies.connected(command.transaction(), connect.isEnhanced()));
        return null;
    }

    private ServerEvent publish(Command command) {
        if (state != State.CONNECTED) {
            // The stream that is published already is none the worse for it.
            link.send(MessageLink.STREAM, Replies.failed(command.streamId(), "NetStream.Publish.Denied",
                    "a connection publishes one stream at a time"));
            return null;
        }
        streamId = command.streamId();
        streamName = command.argument(0) instanceof AmfValue.Text(String name) ? name : "";
        StreamPath path = StreamPath.of(connect, streamName);
        Optional<String> problem = path.problem(limits.names());
        if (problem.isPresent() || !streams.isOpen(streamId)) {
            return refused("NetStream.Publish.Denied", problem.orElse("publish needs the stream of createStream"));
        }
        become(State.ANSWERING);
        return new ServerEvent.PublishRequested(path.path(), path.query(), connect.client(), connect.tcUrl());
    }

    private ServerEvent play(Command command) {
        if (state != State.CONNECTED) {
            link.send(MessageLink.STREAM, Replies.failed(command.streamId(), "NetStream.Play.Failed",
                    "a connection that publishes does not play"));
            return null;
        }
        streamId = command.streamId();
        streamName = command.argument(0) instanceof AmfValue.Text(String name) ? name : "";
        StreamPath path = StreamPath.of(connect, streamName);
        become(State.ANSWERING);
        return new ServerEvent.PlayRequested(path.path(), path.query());
    }

    private ServerEvent refused(String code, String description) {
        close(code, description);
        return new ServerEvent.Refused(code, description);
    }

    /** GStreamer names the stream instead of its number: then all end. */
    private ServerEvent deleteStream(Command command) {
        if (command.argument(0) instanceof AmfValue.Number(double id)) {
            streams.delete((int) id);
            return (int) id == streamId ? unpublish() : null;
        }
        streams.deleteAll();
        return unpublish();
    }

    private ServerEvent unpublish() {
        if (state != State.PUBLISHING && state != State.ANSWERING) {
            return null;
        }
        awaitPublish();
        link.send(MessageLink.STREAM, Replies.unpublished(streamId));
        return new ServerEvent.Unpublished();
    }

    /** Every publish of a connection has the budget of the first. */
    private void awaitPublish() {
        become(State.CONNECTED);
        early.clear();
        connectedAtBytes = link.received();
        commands = 0;
        mediaSeen = false;
    }
}
