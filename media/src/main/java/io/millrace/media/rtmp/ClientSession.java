package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import static io.millrace.media.amf.AmfValue.field;

/**
 * The publisher's side of one RTMP connection, without I/O: bytes in, events and bytes out.
 *
 * <p>Confined to one thread, or guarded by one lock. The caller writes {@link #takeOutput} after every call; the first
 * output, C0 and C1, is available from the start. Implements RTMP 1.0, chapter 7, and the releaseStream, FCPublish and
 * FCUnpublish commands that every encoder sends.
 */
public final class ClientSession {
    /** State of the connection. */
    public enum State {
        HANDSHAKE, CONNECTING, CREATING_STREAM, ASKING, PUBLISHING,
        /** Ended by {@link #finish} or by the server. */
        OVER;

        private Set<State> next() {
            return switch (this) {
                case HANDSHAKE -> EnumSet.of(CONNECTING, OVER);
                case CONNECTING -> EnumSet.of(CREATING_STREAM, OVER);
                case CREATING_STREAM -> EnumSet.of(ASKING, OVER);
                case ASKING -> EnumSet.of(PUBLISHING, OVER);
                case PUBLISHING -> EnumSet.of(OVER);
                case OVER -> EnumSet.of(OVER);
            };
        }
    }

    private static final double CONNECT = 1;
    private static final double RELEASE_STREAM = 2;
    private static final double FC_PUBLISH = 3;
    private static final double CREATE_STREAM = 4;
    private static final double PUBLISH = 5;
    private static final double FC_UNPUBLISH = 6;
    private static final double DELETE_STREAM = 7;

    private final RtmpUrl url;
    private final boolean reconnects;
    private final MessageLink link = new MessageLink(RtmpLimits.DEFAULT);
    private final Handshake handshake;
    private State state = State.HANDSHAKE;
    private int streamId;

    public ClientSession(RtmpUrl url, RandomGenerator random) {
        this(url, random, false);
    }

    /** @param reconnects whether the caller handles {@link ClientEvent.ReconnectRequested}; announced to the server */
    public ClientSession(RtmpUrl url, RandomGenerator random, boolean reconnects) {
        this.url = url;
        this.reconnects = reconnects;
        this.handshake = Handshake.client(random, link.out());
    }

    public State state() {
        return state;
    }

    /** Removes and returns the bytes to be written to the server; empty if there are none. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /**
     * Returns the next event, or null once {@code in} is consumed or the session is over.
     *
     * @throws io.millrace.media.bytes.MediaException if the input is malformed or exceeds a limit; the session must not
     *     be used afterwards
     */
    public ClientEvent next(ByteBuffer in) {
        if (state == State.HANDSHAKE && handshake.feed(in, link.out())) {
            become(State.CONNECTING);
            sendConnect();
        }
        while (state != State.HANDSHAKE && state != State.OVER) {
            RtmpMessage message = link.next(in);
            if (message == null) {
                return null;
            }
            ClientEvent event = message instanceof Command command ? command(command) : null;
            if (event != null) {
                return event;
            }
        }
        return null;
    }

    /**
     * Adds one message to the output.
     *
     * @param timestamp the low 32 bits, ms
     * @param body an FLV tag body, which is copied; {@code @setDataFrame} is prepended to {@code onMetaData}
     * @throws IllegalStateException in any state but {@link State#PUBLISHING}
     */
    public void send(MediaKind kind, int timestamp, ByteBuffer body) {
        if (state != State.PUBLISHING) {
            throw new IllegalStateException("cannot send media in " + state);
        }
        int csid = switch (kind) {
            case AUDIO -> MessageLink.AUDIO;
            case VIDEO -> MessageLink.VIDEO;
            case DATA -> MessageLink.STREAM;
        };
        ByteBuffer wire = kind == MediaKind.DATA ? DataBody.withSetDataFrame(body) : body;
        link.send(csid, new RtmpMessage.Media(kind, streamId, timestamp, wire));
    }

    /**
     * Ends the session in any state, and the publish, if there is one, with FCUnpublish and deleteStream. The caller
     * writes the output and closes the connection.
     */
    public void finish() {
        if (state == State.PUBLISHING) {
            command(FC_UNPUBLISH, "FCUnpublish", new AmfValue.Text(url.name()));
            command(DELETE_STREAM, "deleteStream", new AmfValue.Number(streamId));
        }
        become(State.OVER);
    }

    private void become(State next) {
        if (!state.next().contains(next)) {
            throw new IllegalStateException(state + " does not become " + next);
        }
        state = next;
    }

    private void sendConnect() {
        List<AmfValue.Field> fields = new ArrayList<>(List.of(field("app", url.app()), field("type", "nonprivate"),
                field("flashVer", "FMLE/3.0 (compatible; Millrace)"), field("swfUrl", url.tcUrl()),
                field("tcUrl", url.tcUrl())));
        if (reconnects) {
            fields.add(field("capsEx", ConnectRequest.RECONNECT));
        }
        AmfValue object = AmfValue.Obj.of(fields.toArray(AmfValue.Field[]::new));
        link.send(MessageLink.COMMANDS, new Command(0, "connect", CONNECT, object, List.of()));
    }

    private ClientEvent command(Command command) {
        return switch (command.name()) {
            case "_result" -> result(command);
            case "_error" -> error(command);
            case "onStatus" -> status(command);
            default -> null;
        };
    }

    private ClientEvent result(Command command) {
        if (command.transaction() == CONNECT && state == State.CONNECTING) {
            become(State.CREATING_STREAM);
            link.send(MessageLink.CONTROL, new RtmpMessage.SetChunkSize(MessageLink.CHUNK_SIZE));
            command(RELEASE_STREAM, "releaseStream", new AmfValue.Text(url.name()));
            command(FC_PUBLISH, "FCPublish", new AmfValue.Text(url.name()));
            command(CREATE_STREAM, "createStream");
        } else if (command.transaction() == CREATE_STREAM && state == State.CREATING_STREAM) {
            if (!(command.argument(0) instanceof AmfValue.Number(double id))) {
                return failed("createStream", "the server returned no stream ID");
            }
            streamId = (int) id;
            become(State.ASKING);
            link.send(MessageLink.STREAM, new Command(streamId, "publish", PUBLISH, AmfValue.NULL,
                    List.of(new AmfValue.Text(url.name()), new AmfValue.Text("live"))));
        }
        return null;
    }

    /**
     * Handles an error reply. Servers that do not implement releaseStream and FCPublish reject them; those errors are
     * ignored.
     */
    private ClientEvent error(Command command) {
        double asked = command.transaction();
        boolean fatal = asked == CONNECT || asked == CREATE_STREAM || asked == PUBLISH;
        return fatal ? failure(command) : null;
    }

    private ClientEvent status(Command command) {
        if (command.argument(0) instanceof AmfValue.Keyed status) {
            if (status.text("level").orElse("").equals("error")) {
                return failure(command);
            }
            if (state == State.ASKING && status.text("code").orElse("").equals("NetStream.Publish.Start")) {
                become(State.PUBLISHING);
                return new ClientEvent.Started();
            }
            if (status.text("code").orElse("").equals("NetConnection.Connect.ReconnectRequest")) {
                return new ClientEvent.ReconnectRequested(status.text("description").orElse(""));
            }
        }
        return null;
    }

    private ClientEvent failure(Command command) {
        if (command.argument(0) instanceof AmfValue.Keyed status) {
            return failed(status.text("code").orElse(command.name()), status.text("description").orElse(""));
        }
        return failed(command.name(), "");
    }

    private ClientEvent failed(String code, String description) {
        become(State.OVER);
        return new ClientEvent.Failed(code, description);
    }

    private void command(double transaction, String name, AmfValue... arguments) {
        link.send(MessageLink.COMMANDS, new Command(0, name, transaction, AmfValue.NULL, List.of(arguments)));
    }
}
