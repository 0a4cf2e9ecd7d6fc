package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A parsed message (RTMP 1.0, 5.4 and 7.1). Immutable except for the bodies of media, which the receiver owns. */
sealed interface RtmpMessage {
    /** The message stream of the connection itself. */
    int CONNECTION = 0;

    /** Only for output: {@link ChunkReader} applies those of the peer itself. */
    record SetChunkSize(int sizeBytes) implements RtmpMessage {}

    /** @param bytesRead bytes received so far, modulo 2^32 */
    record Acknowledgement(int bytesRead) implements RtmpMessage {}

    /**
     * @param event such as {@link #STREAM_BEGIN}
     * @param value the first four bytes of the event's data: a message stream or a timestamp; 0 if absent
     */
    record UserControl(int event, int value) implements RtmpMessage {
        public static final int STREAM_BEGIN = 0;
        public static final int STREAM_EOF = 1;
        public static final int STREAM_DRY = 2;
        public static final int PING_REQUEST = 6;
        public static final int PING_RESPONSE = 7;
    }

    record WindowAckSize(int bytes) implements RtmpMessage {}

    /** @param rule 0 hard, 1 soft, 2 dynamic */
    record SetPeerBandwidth(int bytes, int rule) implements RtmpMessage {
        public static final int DYNAMIC = 2;
    }

    /** @param timestamp the 32-bit value, ms */
    record Media(MediaKind kind, int streamId, int timestamp, ByteBuffer body) implements RtmpMessage {}

    /** @param transaction 0 if no reply is expected */
    record Command(int streamId, String name, double transaction, AmfValue object,
            List<AmfValue> arguments) implements RtmpMessage {
        public Command {
            arguments = List.copyOf(arguments);
        }

        /** Returns the argument, or AMF null if it is absent. */
        AmfValue argument(int index) {
            return index < arguments.size() ? arguments.get(index) : AmfValue.NULL;
        }

        private ByteBuffer toBody() {
            ByteWriter out = new ByteWriter();
            new Amf0Writer(out).value(new AmfValue.Text(name)).value(new AmfValue.Number(transaction)).value(object)
                    .values(arguments);
            return out.view();
        }
    }

    /** The messages of one aggregate, in order. */
    record Aggregate(List<Media> messages) implements RtmpMessage {
        public Aggregate {
            messages = List.copyOf(messages);
        }
    }

    /** A message whose contents are not kept. */
    record Ignored(ServerEvent.PassedOver.What what) implements RtmpMessage {}

    /**
     * Parses a message and takes ownership of its body.
     *
     * @param limits limits within one message
     * @throws io.millrace.media.bytes.MediaException if the message is malformed or exceeds a limit
     */
    static RtmpMessage parse(RawMessage raw, RtmpLimits limits) {
        ByteReader in = new ByteReader(raw.type().name(), raw.body());
        return switch (raw.type()) {
            case ACKNOWLEDGEMENT -> new Acknowledgement(in.int32("bytesRead"));
            case USER_CONTROL -> new UserControl(in.uint16("event"), in.remaining() < 4 ? 0 : in.int32("value"));
            case WINDOW_ACK_SIZE -> new WindowAckSize(in.int32("bytes"));
            case SET_PEER_BANDWIDTH -> new SetPeerBandwidth(in.int32("bytes"), in.uint8("rule"));
            case AUDIO -> media(MediaKind.AUDIO, raw, raw.body());
            case VIDEO -> media(MediaKind.VIDEO, raw, raw.body());
            case DATA -> media(MediaKind.DATA, raw, DataBody.withoutSetDataFrame(raw.body()));
            case DATA_AMF3 -> media(MediaKind.DATA, raw, DataBody.withoutSetDataFrame(withoutFormat(raw.body())));
            case COMMAND -> command(raw.streamId(), raw.body(), limits.commandAmf());
            case COMMAND_AMF3 -> command(raw.streamId(), withoutFormat(raw.body()), limits.commandAmf());
            case AGGREGATE -> new Aggregate(AggregateReader.read(raw, limits.aggregateMessages()));
            case SET_CHUNK_SIZE, ABORT, DROPPED, OTHER -> new Ignored(ServerEvent.PassedOver.What.UNKNOWN_MESSAGE);
            case UNWANTED -> new Ignored(ServerEvent.PassedOver.What.MEDIA_WITHOUT_PUBLISH);
        };
    }

    private static Media media(MediaKind kind, RawMessage raw, ByteBuffer body) {
        return new Media(kind, raw.streamId(), raw.timestamp(), body);
    }

    /**
     * Skips the byte 0 at the start of an AMF3 message, if present. AMF0 follows it; its first value is a string, whose
     * marker is not 0.
     */
    static ByteBuffer withoutFormat(ByteBuffer body) {
        boolean there = body.hasRemaining() && body.get(body.position()) == 0;
        return there ? body.slice(body.position() + 1, body.remaining() - 1) : body;
    }

    private static Command command(int streamId, ByteBuffer body, Amf0Reader.Limits limits) {
        Amf0Reader in = new Amf0Reader(body, limits);
        if (!(in.read() instanceof AmfValue.Text(String name))) {
            throw new MalformedException("command", "name", "is not a string");
        }
        double transaction = in.hasRemaining() && in.read() instanceof AmfValue.Number(double number) ? number : 0;
        AmfValue object = in.hasRemaining() ? in.read() : AmfValue.NULL;
        return new Command(streamId, name, transaction, object, arguments(in));
    }

    /**
     * Reads arguments up to the first that cannot be parsed: some encoders leave bytes after their last value. Limits
     * still apply.
     */
    private static List<AmfValue> arguments(Amf0Reader in) {
        List<AmfValue> arguments = new ArrayList<>();
        try {
            while (in.hasRemaining()) {
                arguments.add(in.read());
            }
        } catch (MalformedException | UnsupportedException _) {
            // The remaining bytes are ignored.
        }
        return arguments;
    }

    /** Returns the message as {@link ChunkWriter} expects it. */
    default RawMessage toRaw() {
        return switch (this) {
            case SetChunkSize(int sizeBytes) -> control(MessageType.SET_CHUNK_SIZE, new ByteWriter().uint32(sizeBytes));
            case Acknowledgement(int bytes) -> control(MessageType.ACKNOWLEDGEMENT, new ByteWriter().uint32(bytes));
            case UserControl(int event, int value) ->
                control(MessageType.USER_CONTROL, new ByteWriter().uint16(event).uint32(value));
            case WindowAckSize(int bytes) -> control(MessageType.WINDOW_ACK_SIZE, new ByteWriter().uint32(bytes));
            case SetPeerBandwidth(int bytes, int rule) ->
                control(MessageType.SET_PEER_BANDWIDTH, new ByteWriter().uint32(bytes).uint8(rule));
            case Media(MediaKind kind, int streamId, int timestamp, ByteBuffer body) ->
                new RawMessage(switch (kind) {
                    case AUDIO -> MessageType.AUDIO;
                    case VIDEO -> MessageType.VIDEO;
                    case DATA -> MessageType.DATA;
                }, timestamp, streamId, body);
            case Command command -> new RawMessage(MessageType.COMMAND, 0, command.streamId(), command.toBody());
            case Aggregate _,Ignored _ -> throw new IllegalArgumentException("this message type is never written");
        };
    }

    private static RawMessage control(MessageType type, ByteWriter body) {
        return new RawMessage(type, 0, 0, body.view());
    }
}
