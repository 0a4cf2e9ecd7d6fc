package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import static io.millrace.media.amf.AmfValue.field;

/**
 * A player's side of one RTMP connection, without I/O: bytes in, events and bytes out. Used by tests and load
 * generators.
 *
 * <p>Confined to one thread. The caller writes {@link #takeOutput} after every call; the first output, C0 and C1, is
 * available from the start. The session asks for the stream as soon as it is connected. Implements RTMP 1.0, chapter 7.
 */
public final class PlayerSession {
    private static final double CONNECT = 1;
    private static final double CREATE_STREAM = 2;
    /** Argument {@code start} of play: live only, in ms as librtmp sends it. */
    private static final double LIVE = -1000;

    private final RtmpUrl url;
    private final List<String> fourCcs;
    private final boolean reconnects;
    private final MessageLink link = new MessageLink(RtmpLimits.DEFAULT);
    private final Handshake handshake;
    /** Whether the handshake is complete. */
    private boolean shaken;
    private int streamId;

    public PlayerSession(RtmpUrl url, RandomGenerator random) {
        this(url, random, List.of(), false);
    }

    /**
     * @param fourCcs codecs of Enhanced RTMP to announce; if empty, {@code fourCcList} is not sent
     * @param reconnects whether to announce support for reconnect requests
     */
    public PlayerSession(RtmpUrl url, RandomGenerator random, List<String> fourCcs, boolean reconnects) {
        this.url = url;
        this.fourCcs = List.copyOf(fourCcs);
        this.reconnects = reconnects;
        handshake = Handshake.client(random, link.out());
    }

    /** Removes and returns the bytes to be written to the server; empty if there are none. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /**
     * Returns the next event, or null once {@code in} is consumed.
     *
     * @throws io.millrace.media.bytes.MediaException if the input is malformed or exceeds a limit; the session must not
     *     be used afterwards
     */
    public PlayerEvent next(ByteBuffer in) {
        if (!shaken && handshake.feed(in, link.out())) {
            shaken = true;
            sendConnect();
        }
        while (shaken) {
            RtmpMessage message = link.next(in);
            if (message == null) {
                return null;
            }
            PlayerEvent event = switch (message) {
                case Command command -> command(command);
                case RtmpMessage.Media(MediaKind kind, int _, int timestamp, ByteBuffer body) ->
                    new PlayerEvent.Media(kind, timestamp, body);
                case RtmpMessage.SetChunkSize _,RtmpMessage.Acknowledgement _,RtmpMessage.UserControl _,RtmpMessage.WindowAckSize _,RtmpMessage.SetPeerBandwidth _,RtmpMessage.Aggregate _,RtmpMessage.Ignored _ ->
                    null;
            };
            if (event != null) {
                return event;
            }
        }
        return null;
    }

    /** Asks the server to pause or to resume. */
    public void pause(boolean paused) {
        say("pause", new AmfValue.Bool(paused), new AmfValue.Number(0));
    }

    /** Tells the server whether to send video. */
    public void receiveVideo(boolean wanted) {
        say("receiveVideo", new AmfValue.Bool(wanted));
    }

    /** Stops playing; the connection stays open. */
    public void closeStream() {
        say("closeStream");
    }

    /** Starts playing, for example again after {@link #closeStream}. */
    public void play() {
        say("play", new AmfValue.Text(url.name()), new AmfValue.Number(LIVE));
    }

    /** Plays {@code durationMs} milliseconds, requested as librtmp does. */
    public void play(long durationMs) {
        say("play", new AmfValue.Text(url.name()), new AmfValue.Number(LIVE), new AmfValue.Number(durationMs));
    }

    private void say(String name, AmfValue... arguments) {
        link.send(MessageLink.STREAM, new Command(streamId, name, 0, AmfValue.NULL, List.of(arguments)));
    }

    private void sendConnect() {
        List<AmfValue.Field> fields = new ArrayList<>(List.of(field("app", url.app()),
                field("flashVer", "Millrace"), field("tcUrl", url.tcUrl())));
        if (!fourCcs.isEmpty()) {
            fields.add(field("fourCcList",
                    new AmfValue.StrictArray(fourCcs.stream().<AmfValue>map(AmfValue.Text::new).toList())));
        }
        if (reconnects) {
            fields.add(field("capsEx", ConnectRequest.RECONNECT));
        }
        AmfValue object = AmfValue.Obj.of(fields.toArray(AmfValue.Field[]::new));
        link.send(MessageLink.COMMANDS, new Command(0, "connect", CONNECT, object, List.of()));
    }

    private PlayerEvent command(Command command) {
        return switch (command.name()) {
            case "_result" -> {
                result(command);
                yield null;
            }
            case "_error", "onStatus" -> command.argument(0) instanceof AmfValue.Keyed status
                    ? new PlayerEvent.Status(status.text("code").orElse(""), status.text("description").orElse(""))
                    : null;
            default -> null;
        };
    }

    private void result(Command command) {
        if (command.transaction() == CONNECT) {
            link.send(MessageLink.COMMANDS,
                    new Command(0, "createStream", CREATE_STREAM, AmfValue.NULL, List.of()));
        } else if (command.transaction() == CREATE_STREAM
                && command.argument(0) instanceof AmfValue.Number(double id)) {
            streamId = (int) id;
            play();
        }
    }
}
