package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import static io.millrace.media.amf.AmfValue.field;

/**
 * A player's end of one RTMP connection, without I/O: bytes in, events and bytes out. What tests and load programs watch with.
 *
 * <p>Confined to one thread. The shell writes {@link #takeOutput} after every call; the first output, C0 and C1, is there from
 * the start. Asks for the stream as soon as it is connected. Source: RTMP 1.0, chapter 7.
 */
public final class PlayerSession {
    private static final double CONNECT = 1;
    private static final double CREATE_STREAM = 2;
    /** {@code start}: live, and nothing else. */
    private static final double LIVE = -1000;

    private final RtmpUrl url;
    private final List<String> fourCcs;
    private final boolean reconnects;
    private final MessageLink link = new MessageLink(RtmpLimits.DEFAULT);
    private final Handshake handshake;
    private boolean shaken;
    private int streamId;

    public PlayerSession(RtmpUrl url, RandomGenerator random) {
        this(url, random, List.of(), false);
    }

    /**
     * @param fourCcs what it says that it takes of Enhanced RTMP; with none it says nothing of it
     * @param reconnects whether it says that it connects again when it is asked to
     */
    public PlayerSession(RtmpUrl url, RandomGenerator random, List<String> fourCcs, boolean reconnects) {
        this.url = url;
        this.fourCcs = List.copyOf(fourCcs);
        this.reconnects = reconnects;
        handshake = Handshake.client(random, link.out());
    }

    /** What is to be written to the server by now, given away; empty if nothing is. */
    public ByteBuffer takeOutput() {
        return link.takeOutput();
    }

    /** The next event, or null once {@code in} is used up. */
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

    public void pause(boolean paused) {
        say("pause", new AmfValue.Bool(paused), new AmfValue.Number(0));
    }

    public void receiveVideo(boolean wanted) {
        say("receiveVideo", new AmfValue.Bool(wanted));
    }

    /** Ends the play; the connection stays. */
    public void closeStream() {
        say("closeStream");
    }

    /** Plays, after {@link #closeStream} again. */
    public void play() {
        say("play", new AmfValue.Text(url.name()), new AmfValue.Number(LIVE));
    }

    /** Plays so many milliseconds, as librtmp asks for them. */
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
