package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Every limit that is set takes effect: input at the limit is accepted, input one above it is not. */
class RtmpLimitsTest {
    /** No value is the default, and no two are equal. */
    private static final RtmpLimits LIMITS = new RtmpLimits(
            new RtmpLimits.MessageBytes(60, 30_000, 31_000, 32_000, 33_000),
            new RtmpLimits.BeforeMedia(40_000, 50_000, 9, 16), 7, 70_000, 2, 17,
            new Amf0Reader.Limits(5, 11, 12, 13, 14_000), new RtmpLimits.NameChars(20, 21, 22, 70));

    private final ServerSession server = new ServerSession(new SplittableRandom(1), LIMITS);
    private final MessageLink client = new MessageLink(RtmpLimits.DEFAULT);
    private final List<ServerEvent> events = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"1,60", "2,60", "3,60", "4,60", "5,60", "6,60", "8,32000", "9,33000", "15,31000", "16,30000",
        "17,30000", "18,31000", "19,30000", "20,30000", "22,33000", "0,30000", "255,30000"})
    void limitsMessagesByKind(int type, int limitBytes) {
        reader(type, limitBytes);
        assertThatThrownBy(() -> reader(type, limitBytes + 1)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("is " + (limitBytes + 1) + ", the limit is " + limitBytes);
    }

    @Test
    void limitsMemoryOfIncompleteMessages() {
        ChunkReader reader = new ChunkReader(LIMITS);
        begin(reader, 3, 33_000);
        begin(reader, 4, 33_000);
        begin(reader, 5, 4_000);
        assertThat(reader.partialBytes()).isEqualTo(LIMITS.partialBytes());
        assertThatThrownBy(() -> begin(reader, 6, 129)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("partialMessages: is 70129, the limit is 70000");
    }

    @Test
    void limitsChunkStreams() {
        ChunkReader reader = new ChunkReader(LIMITS);
        IntStream.rangeClosed(3, 9).forEach(csid -> begin(reader, csid, 0));
        assertThatThrownBy(() -> begin(reader, 10, 0)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("csids: is 8, the limit is 7");
    }

    @Test
    void limitsBytesBeforeConnect() {
        shakeHands();
        int most = LIMITS.beforeMedia().connectBytes();
        feed(ByteBuffer.wrap(acknowledgements(most)));
        assertThatThrownBy(() -> feed(ByteBuffer.wrap(new byte[1]))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforeConnect: is 40001, the limit is 40000");
    }

    @Test
    void limitsBytesBeforePublish() {
        shakeHands();
        send(connect("live", ""));
        feed(ByteBuffer.wrap(acknowledgements(LIMITS.beforeMedia().publishBytes())));
        assertThatThrownBy(() -> feed(ByteBuffer.wrap(new byte[1]))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish: is 50001, the limit is 50000");
    }

    @Test
    void limitsMessageStreams() {
        shakeHands();
        send(connect("live", ""));
        Command create = new Command(0, "createStream", 2, AmfValue.NULL, List.of());
        send(create);
        send(create);
        assertThatThrownBy(() -> send(create)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("streams: is 3, the limit is 2");
    }

    @Test
    void limitsCommandsBeforeMedia() {
        shakeHands();
        send(connect("live", ""));
        for (int i = 0; i < 9; i++) {
            send(command("x", AmfValue.NULL));
        }
        assertThatThrownBy(() -> send(command("x", AmfValue.NULL))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("commandsBeforeMedia: is 10, the limit is 9");
    }

    @Test
    void limitsMessagesBeforePublish() {
        shakeHands();
        send(connect("live", ""));
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(new Command(1, "publish", 3, AmfValue.NULL, List.of(new AmfValue.Text("show"))));
        var empty = new RtmpMessage.Media(MediaKind.AUDIO, 1, 0, ByteBuffer.allocate(0));
        for (int i = 0; i < 16; i++) {
            send(empty);
        }
        assertThatThrownBy(() -> send(empty)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("messagesBeforePublish: is 17, the limit is 16");
    }

    @Test
    void limitsMessagesOfAggregate() {
        byte[] tag = {8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11};
        ByteWriter tags = new ByteWriter();
        for (int i = 0; i < 17; i++) {
            tags.bytes(tag);
        }
        assertThat(aggregate(tags)).isInstanceOfSatisfying(RtmpMessage.Aggregate.class,
                aggregate -> assertThat(aggregate.messages()).hasSize(17));
        tags.bytes(tag);
        assertThatThrownBy(() -> aggregate(tags)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("messages: is 18, the limit is 17");
    }

    private static RtmpMessage aggregate(ByteWriter tags) {
        return RtmpMessage.parse(new RawMessage(MessageType.AGGREGATE, 0, 1, tags.view()), LIMITS);
    }

    /** An argument of a command whose size counts towards one limit. */
    record Argument(String limit, int most, IntFunction<AmfValue> of) {
        @Override
        public String toString() {
            return limit;
        }
    }

    static final List<Argument> ARGUMENTS = List.of(new Argument("depth", 5, RtmpLimitsTest::nested),
            new Argument("keys", 11, RtmpLimitsTest::keys),
            new Argument("strictArray.count", 12,
                    count -> new AmfValue.StrictArray(Collections.nCopies(count, AmfValue.NULL))),
            new Argument("key.length", 13, length -> AmfValue.Obj.of(field("k".repeat(length), 1))),
            new Argument("string.length", 14_000, length -> new AmfValue.Text("s".repeat(length))));

    @ParameterizedTest
    @FieldSource("ARGUMENTS")
    void limitsAmfValues(Argument argument) {
        shakeHands();
        send(connect("live", ""));
        send(command("x", argument.of().apply(argument.most())));
        assertThatThrownBy(() -> send(command("x", argument.of().apply(argument.most() + 1))))
                .isInstanceOf(OverLimitException.class).hasMessageContaining("AMF0." + argument.limit())
                .hasMessageContaining("the limit is " + argument.most());
    }

    @ParameterizedTest
    @CsvSource({"20,21,22,70,", "21,1,0,0,an application has at most 20 characters",
        "1,22,0,0,a stream name at most 21", "1,1,23,0,a query has at most 22 characters",
        "43,1,0,0,the application is longer than 20 characters", "1,1,0,71,tcUrl is longer than 70 characters"})
    void limitsNames(int app, int name, int query, int tcUrl, String complaint) {
        shakeHands();
        send(connect("a".repeat(app), "t".repeat(tcUrl)));
        if (server.state() == ServerSession.State.CONNECTED) {
            send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
            send(new Command(1, "publish", 3, AmfValue.NULL,
                    List.of(new AmfValue.Text("n".repeat(name) + (query == 0 ? "" : "?" + "q".repeat(query))))));
        }
        if (complaint == null) {
            assertThat(events).singleElement().isInstanceOf(ServerEvent.PublishRequested.class);
        } else {
            assertThat(events).singleElement().isInstanceOfSatisfying(ServerEvent.Refused.class,
                    refused -> assertThat(refused.description()).contains(complaint));
        }
    }

    /** A limit, a function that sets only this limit, and its allowed range. */
    record Bound(String what, int least, int most, IntConsumer set) {
        @Override
        public String toString() {
            return what;
        }
    }

    static final List<Bound> BOUNDS = List.of(
            new Bound("a control message", 10, 8 << 20, v -> new RtmpLimits.MessageBytes(v, 1, 1, 1, 1)),
            new Bound("a command", 1, 8 << 20, v -> new RtmpLimits.MessageBytes(10, v, 1, 1, 1)),
            new Bound("a data message", 1, 8 << 20, v -> new RtmpLimits.MessageBytes(10, 1, v, 1, 1)),
            new Bound("an audio message", 1, 8 << 20, v -> new RtmpLimits.MessageBytes(10, 1, 1, v, 1)),
            new Bound("a video message", 1, 8 << 20, v -> new RtmpLimits.MessageBytes(10, 1, 1, 1, v)),
            new Bound("before connect", 1, 256 << 20, v -> limits(v, 1, 1, 33_000, 1, 1)),
            new Bound("before publish", 1, 256 << 20, v -> limits(1, v, 1, 33_000, 1, 1)),
            new Bound("chunk streams", 1, Integer.MAX_VALUE, v -> limits(1, 1, v, 33_000, 1, 1)),
            new Bound("incomplete messages", 33_000, 256 << 20, v -> limits(1, 1, 1, v, 1, 1)),
            new Bound("message streams", 1, Integer.MAX_VALUE, v -> limits(1, 1, 1, 33_000, v, 1)),
            new Bound("commands before media", 1, Integer.MAX_VALUE, v -> limits(1, 1, 1, 33_000, 1, v)),
            new Bound("messages before publish", 1, 64 << 10, v -> messages(v, 1)),
            new Bound("messages of an aggregate", 1, 64 << 10, v -> messages(1, v)),
            new Bound("AMF", 1, 256, v -> new Amf0Reader.Limits(v, 1, 1, 1, 1)),
            new Bound("AMF", 1, Integer.MAX_VALUE, v -> new Amf0Reader.Limits(1, v, 1, 1, 1)),
            new Bound("AMF", 1, Integer.MAX_VALUE, v -> new Amf0Reader.Limits(1, 1, v, 1, 1)),
            new Bound("AMF", 1, Integer.MAX_VALUE, v -> new Amf0Reader.Limits(1, 1, 1, v, 1)),
            new Bound("AMF", 1, Integer.MAX_VALUE, v -> new Amf0Reader.Limits(1, 1, 1, 1, v)),
            new Bound("an application", 1, 64 << 10, v -> new RtmpLimits.NameChars(v, 1, 1, 1)),
            new Bound("a stream's name", 1, 64 << 10, v -> new RtmpLimits.NameChars(1, v, 1, 1)),
            new Bound("a query", 1, 64 << 10, v -> new RtmpLimits.NameChars(1, 1, v, 1)),
            new Bound("tcUrl", 1, 64 << 10, v -> new RtmpLimits.NameChars(1, 1, 1, v)));

    @ParameterizedTest
    @FieldSource("BOUNDS")
    void rejectsUnreasonableLimits(Bound bound) {
        assertThatCode(() -> bound.set().accept(bound.least())).doesNotThrowAnyException();
        assertThatCode(() -> bound.set().accept(bound.most())).doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> bound.set().accept(bound.least() - 1))
                .withMessageContaining(bound.what());
        if (bound.most() < Integer.MAX_VALUE) {
            assertThatIllegalArgumentException().isThrownBy(() -> bound.set().accept(bound.most() + 1))
                    .withMessageContaining(bound.what());
        }
    }

    private static RtmpLimits limits(int beforeConnect, int beforePublish, int chunkStreams, int partial,
            int messageStreams, int commands) {
        return new RtmpLimits(LIMITS.messages(),
                new RtmpLimits.BeforeMedia(beforeConnect, beforePublish, commands, LIMITS.beforeMedia().messages()),
                chunkStreams, partial, messageStreams, LIMITS.aggregateMessages(), LIMITS.commandAmf(),
                LIMITS.names());
    }

    private static RtmpLimits messages(int beforePublish, int ofAnAggregate) {
        return new RtmpLimits(LIMITS.messages(), new RtmpLimits.BeforeMedia(1, 1, 1, beforePublish), 1, 33_000, 1,
                ofAnAggregate,
                LIMITS.commandAmf(), LIMITS.names());
    }

    /** Reads the header of a message of this length. */
    private static void reader(int type, int lengthBytes) {
        ByteWriter header = new ByteWriter().uint8(3).uint24(0).uint24(lengthBytes).uint8(type).uint32(0);
        assertThat(new ChunkReader(LIMITS).next(header.view())).isNull();
    }

    /** The first chunk of a video message on its own chunk stream; an empty message is complete. */
    private static void begin(ChunkReader reader, int csid, int lengthBytes) {
        ByteWriter chunk = new ByteWriter().uint8(csid).uint24(0).uint24(lengthBytes).uint8(9).uint32(0).fill(0,
                Math.min(lengthBytes, 128));
        assertThat(reader.next(chunk.view()) == null).isEqualTo(lengthBytes > 0);
    }

    /** This many bytes of messages that are allowed at any time; the last one is incomplete. */
    private static byte[] acknowledgements(int bytes) {
        ByteWriter out = new ByteWriter();
        while (out.size() < bytes) {
            new ChunkWriter().write(4, new RawMessage(MessageType.ACKNOWLEDGEMENT, 0, 0, ByteBuffer.allocate(4)), out);
        }
        return Arrays.copyOf(out.toByteArray(), bytes);
    }

    private static AmfValue nested(int depth) {
        AmfValue value = AmfValue.NULL;
        for (int i = 0; i < depth; i++) {
            value = new AmfValue.StrictArray(List.of(value));
        }
        return value;
    }

    private static AmfValue keys(int count) {
        return AmfValue.Obj.of(IntStream.range(0, count).mapToObj(i -> field("k" + i, i))
                .toArray(AmfValue.Field[]::new));
    }

    private static Command connect(String app, String tcUrl) {
        return new Command(0, "connect", 1, AmfValue.Obj.of(field("app", app), field("tcUrl", tcUrl)), List.of());
    }

    private static Command command(String name, AmfValue argument) {
        return new Command(0, name, 0, AmfValue.NULL, List.of(argument));
    }

    private void shakeHands() {
        byte[] hello = new byte[1 + 2 * 1536];
        hello[0] = 3;
        feed(ByteBuffer.wrap(hello));
    }

    private void send(RtmpMessage message) {
        client.send(3, message);
        feed(client.takeOutput());
    }

    private void feed(ByteBuffer in) {
        for (ServerEvent event = server.next(in); event != null; event = server.next(in)) {
            events.add(event);
        }
    }
}
