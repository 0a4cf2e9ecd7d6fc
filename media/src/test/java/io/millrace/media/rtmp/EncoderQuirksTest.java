package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishes scripted from docs/protocols.md, 1, for encoders that do not run here: Flash Media Live Encoder, hardware
 * encoders, and old Flash. OBS is in {@link ServerSessionTest}; FFmpeg, GStreamer and librtmp are recorded
 * ({@link RecordedPublishTest}).
 */
class EncoderQuirksTest {
    private final ServerSession server = new ServerSession(new SplittableRandom(1));
    private final List<ServerEvent> events = new ArrayList<>();
    private final ChunkWriter writer = new ChunkWriter();

    /**
     * Flash Media Live Encoder: digest in C1, AMF3 announced, every message on csid 3, metadata in AMF3, media in
     * aggregates.
     */
    @Test
    void flashMediaLiveEncoder() {
        byte[] c1 = new byte[1536];
        c1[4] = 9; // a version; HandshakeTest covers the digest that it announces
        feed(new ByteWriter().uint8(3).bytes(c1).fill(0x77, 1536).toByteArray());
        command(MessageType.COMMAND, 0, "connect", 1, AmfValue.Obj.of(field("app", "live"),
                field("flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"), field("swfUrl", "rtmp://h/live"),
                field("tcUrl", "rtmp://h/live"), field("type", "nonprivate"), field("fpad", new AmfValue.Bool(false)),
                field("capabilities", 15), field("audioCodecs", 3191), field("videoCodecs", 252),
                field("videoFunction", 1), field("objectEncoding", 3)));
        command(MessageType.COMMAND_AMF3, 0, "releaseStream", 2, AmfValue.NULL, new AmfValue.Text("show"));
        command(MessageType.COMMAND_AMF3, 0, "FCPublish", 3, AmfValue.NULL, new AmfValue.Text("show"));
        command(MessageType.COMMAND_AMF3, 0, "createStream", 4, AmfValue.NULL);
        command(MessageType.COMMAND_AMF3, 1, "publish", 5, AmfValue.NULL, new AmfValue.Text("show"),
                new AmfValue.Text("live"));
        server.acceptPublish(1);
        ByteBuffer metadata = ByteBuffer.wrap("\u0002\0\nonMetaData\u0005".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer wrapped = DataBody.withSetDataFrame(metadata);
        send(3, new RawMessage(MessageType.DATA_AMF3, 0, 1, ByteBuffer.wrap(new ByteWriter().uint8(0).bytes(wrapped)
                .toByteArray())));
        ByteWriter tags = new ByteWriter();
        for (int time : new int[]{0, 33}) {
            tags.uint8(9).uint24(2).uint24(time).uint8(0).uint24(0).uint16(0x2701).uint32(13);
        }
        send(3, new RawMessage(MessageType.AGGREGATE, 1_000, 1, tags.view()));
        command(MessageType.COMMAND_AMF3, 0, "FCUnpublish", 6, AmfValue.NULL, new AmfValue.Text("show"));
        assertThat(events).containsExactly(
                new ServerEvent.PublishRequested(1, "live/show", "", "FMLE/3.0 (compatible; FMSc/1.0)",
                        "rtmp://h/live"),
                new ServerEvent.Media(1, MediaKind.DATA, 0, metadata), video(1_000), video(1_033),
                new ServerEvent.Unpublished(1));
    }

    /** No releaseStream, control messages on csid 3, publish without a type, metadata on stream 0, no end. */
    @Test
    void hardwareEncoder() {
        feed(new ByteWriter().uint8(3).fill(0, 2 * 1536).toByteArray());
        send(3, new RawMessage(MessageType.WINDOW_ACK_SIZE, 0, 0, new ByteWriter().uint32(5_000_000).view()));
        send(3, new RawMessage(MessageType.SET_CHUNK_SIZE, 0, 0, new ByteWriter().uint32(1_000).view()));
        writer.setChunkSize(1_000);
        command(MessageType.COMMAND, 0, "connect", 1, AmfValue.Obj.of(field("app", "live/"), field("flashVer", ""),
                field("tcUrl", "rtmp://h:1935/live/")));
        command(MessageType.COMMAND, 0, "createStream", 2, AmfValue.NULL);
        command(MessageType.COMMAND, 1, "publish", 0, AmfValue.NULL, new AmfValue.Text("cam-1"));
        server.acceptPublish(1);
        send(3, new RawMessage(MessageType.DATA, 0, 0, ByteBuffer.wrap("\u0002\0\nonMetaData\u0005"
                .getBytes(StandardCharsets.US_ASCII))));
        send(3, new RawMessage(MessageType.VIDEO, 40, 1, ByteBuffer.wrap(new byte[]{0x27, 1})));
        assertThat(events).hasSize(3).startsWith(new ServerEvent.PublishRequested(1, "live/cam-1", "", "",
                "rtmp://h:1935/live/"))
                .endsWith(video(40));
    }

    /** {@code NetStream.publish(false)}, like {@code play(false)}, means stop; another publish may follow. */
    @Test
    void flashStopsByPublishingFalse() {
        connectAndCreate();
        command(MessageType.COMMAND, 1, "publish", 3, AmfValue.NULL, new AmfValue.Text("show"),
                new AmfValue.Text("live"));
        server.acceptPublish(1);
        command(MessageType.COMMAND, 1, "publish", 0, AmfValue.NULL, new AmfValue.Bool(false));
        assertThat(server.state()).isEqualTo(ServerSession.State.CONNECTED);
        command(MessageType.COMMAND, 1, "publish", 0, AmfValue.NULL, new AmfValue.Text("other"));
        assertThat(events).containsExactly(new ServerEvent.PublishRequested(1, "live/show", "", "", ""),
                new ServerEvent.Unpublished(1), new ServerEvent.PublishRequested(1, "live/other", "", "", ""));
    }

    /**
     * An extra end marker, padding, a truncated value, a marker that AMF0 does not define, and one that it reserves.
     */
    @ParameterizedTest
    @ValueSource(strings = {"000009", "00", "0000000000000000", "02000461", "7f", "04", "070000"})
    void commandsWithBytesLeftOver(String rest) {
        connectAndCreate();
        ByteBuffer body = new Command(1, "publish", 3, AmfValue.NULL,
                List.of(new AmfValue.Text("show"), new AmfValue.Text("live"))).toRaw().body();
        send(3, new RawMessage(MessageType.COMMAND, 0, 1,
                new ByteWriter().bytes(body).bytes(HexFormat.of().parseHex(rest)).view()));
        assertThat(events).containsExactly(new ServerEvent.PublishRequested(1, "live/show", "", "", ""));
    }

    /** The encoder opens csid 2 with a header without a stream ID, and sends requests that are ignored. */
    @Test
    void oldLibrtmpWithUnknownCalls() {
        feed(new ByteWriter().uint8(3).fill(0, 2 * 1536).toByteArray());
        feed(new ByteWriter().uint8(0x42).uint24(0).uint24(4).uint8(5).uint32(2_500_000).toByteArray());
        command(MessageType.COMMAND, 0, "connect", 1, AmfValue.Obj.of(field("app", "live")));
        feed(HexFormat.of().parseHex("020000000000020400000000" + "001b")); // an event without a value
        feed(HexFormat.of().parseHex("020000000000060400000000" + "7fff00000001"));
        feed(HexFormat.of().parseHex("020000000000040300000000" + "00001000")); // an acknowledgement
        command(MessageType.COMMAND, 0, "_checkbw", 2, AmfValue.NULL);
        command(MessageType.COMMAND, 0, "setPlaylist", 3, AmfValue.NULL, new AmfValue.Text("x"));
        command(MessageType.COMMAND, 0, "createStream", 4, AmfValue.NULL);
        command(MessageType.COMMAND, 1, "publish", 5, AmfValue.NULL, new AmfValue.Text("show"));
        assertThat(events).containsExactly(
                new ServerEvent.PassedOver(ServerEvent.PassedOver.What.UNKNOWN_COMMAND),
                new ServerEvent.PublishRequested(1, "live/show", "", "", ""));
    }

    private void connectAndCreate() {
        feed(new ByteWriter().uint8(3).fill(0, 2 * 1536).toByteArray());
        command(MessageType.COMMAND, 0, "connect", 1, AmfValue.Obj.of(field("app", "live")));
        command(MessageType.COMMAND, 0, "createStream", 2, AmfValue.NULL);
    }

    private static ServerEvent video(int timestamp) {
        return new ServerEvent.Media(1, MediaKind.VIDEO, timestamp, ByteBuffer.wrap(new byte[]{0x27, 1}));
    }

    private void command(MessageType type, int stream, String name, int transaction, AmfValue object,
            AmfValue... arguments) {
        ByteBuffer body = new Command(stream, name, transaction, object, List.of(arguments)).toRaw().body();
        ByteWriter out = new ByteWriter();
        if (type == MessageType.COMMAND_AMF3) {
            out.uint8(0);
        }
        send(3, new RawMessage(type, 0, stream, out.bytes(body).view()));
    }

    private void send(int csid, RawMessage message) {
        ByteWriter out = new ByteWriter();
        writer.write(csid, message, out);
        feed(out.toByteArray());
    }

    private void feed(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        for (ServerEvent event = server.next(in); event != null; event = server.next(in)) {
            events.add(event);
        }
    }
}
