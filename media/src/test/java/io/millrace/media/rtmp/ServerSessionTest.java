package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ServerSessionTest {
    private static final ServerEvent UNPUBLISHED_MEDIA = new ServerEvent.PassedOver(
            ServerEvent.PassedOver.What.MEDIA_WITHOUT_PUBLISH);
    private static final ServerEvent MEDIA_WITHOUT_MEMORY = new ServerEvent.PassedOver(
            ServerEvent.PassedOver.What.MEDIA_WITHOUT_MEMORY);

    private final ServerSession server = new ServerSession(new SplittableRandom(1));
    private final MessageLink client = new MessageLink(RtmpLimits.DEFAULT);
    private final List<ServerEvent> events = new ArrayList<>();

    @Test
    void answersHandshakeAtOnceAndEchoesC1() {
        byte[] hello = new byte[1537];
        Arrays.fill(hello, (byte) 0x5A);
        hello[0] = 3;
        feed(ByteBuffer.wrap(hello));
        byte[] answer = new byte[3073];
        server.takeOutput().get(answer);
        assertThat(answer[0]).isEqualTo((byte) 3);
        assertThat(Arrays.copyOfRange(answer, 5, 9)).as("no digest").containsOnly(0);
        assertThat(Arrays.copyOfRange(answer, 1537, 3073)).isEqualTo(Arrays.copyOfRange(hello, 1, 1537));
    }

    @ParameterizedTest
    @CsvSource({"22, TLS", "6, RTMPE", "8, RTMPE", "71, HTTP", "80, HTTP"})
    void namesOtherProtocols(int first, String name) {
        assertThatThrownBy(() -> feed(ByteBuffer.wrap(new byte[]{(byte) first})))
                .isInstanceOf(UnsupportedException.class).hasMessageContaining(name);
    }

    @Test
    void refusesOtherVersions() {
        assertThatThrownBy(() -> feed(ByteBuffer.wrap(new byte[]{4}))).isInstanceOf(MalformedException.class);
    }

    /** FFmpeg adopts the chunk size announced here for its own output, and aborts if a window is 0. */
    @Test
    void answersConnectWithWindowBandwidthAndChunkSizeFirst() {
        shakeHands();
        send(connect("live"));
        byte[] answer = new byte[16 + 17 + 16 + 1];
        server.takeOutput().get(answer);
        assertThat(HexFormat.of().formatHex(answer)).isEqualTo("""
                02 000000 000004 05 00000000 002625a0
                02 000000 000005 06 00000000 002625a0 02
                02 000000 000004 01 00000000 00010000
                03""".replaceAll("\\s", ""));
    }

    @Test
    void acceptsEcmaArrayInConnect() {
        shakeHands();
        send(new Command(0, "connect", 1, AmfValue.EcmaArray.of(field("app", "live")), List.of()));
        assertThat(answers()).last().isEqualTo("_result 1 NetConnection.Connect.Success");
    }

    /** Modelled on librtmp as OBS uses it: Set Chunk Size before connect, swfUrl equal to tcUrl, metadata on csid 4. */
    @Test
    void publishesLikeObs() {
        shakeHands();
        client.send(2, new RtmpMessage.SetChunkSize(4096));
        AmfValue connect = AmfValue.Obj.of(field("app", "live"), field("type", "nonprivate"),
                field("flashVer", "FMLE/3.0 (compatible; FMSc/1.0)"), field("swfUrl", "rtmp://h/live"),
                field("tcUrl", "rtmp://h/live"));
        send(new Command(0, "connect", 1, connect, List.of()));
        assertThat(answers()).containsExactly("WINDOW_ACK_SIZE", "SET_PEER_BANDWIDTH",
                "_result 1 NetConnection.Connect.Success");
        send(command(0, "releaseStream", 2, "key?t=1"));
        send(command(0, "FCPublish", 3, "key?t=1"));
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(new Command(0, "_checkbw", 5, AmfValue.NULL, List.of()));
        assertThat(answers()).containsExactly("_result 2 Undefined[]", "_result 3 Undefined[]",
                "_result 4 Number[value=1.0]", "_result 5 Null[]");
        send(new Command(1, "publish", 5, AmfValue.NULL,
                List.of(new AmfValue.Text("key?t=1"), new AmfValue.Text("live"))));
        assertThat(events).containsExactly(
                new ServerEvent.PublishRequested(1, "live/key", "t=1", "FMLE/3.0 (compatible; FMSc/1.0)",
                        "rtmp://h/live"));
        server.acceptPublish(1);
        assertThat(answers()).containsExactly("USER_CONTROL", "onStatus/1 0 NetStream.Publish.Start");

        events.clear();
        ByteBuffer metadata = ByteBuffer.wrap("\u0002\u0000\nonMetaData\u0008\0\0\0\0\0\0\u0009"
                .getBytes(StandardCharsets.ISO_8859_1));
        client.send(4, new RtmpMessage.Media(MediaKind.DATA, 1, 0, DataBody.withSetDataFrame(metadata)));
        client.send(4, new RtmpMessage.Media(MediaKind.VIDEO, 1, 7, ByteBuffer.allocate(5_000)));
        client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 1, 9, ByteBuffer.allocate(300)));
        send(command(0, "FCUnpublish", 6, "key?t=1"));
        send(new Command(0, "deleteStream", 7, AmfValue.NULL, List.of(new AmfValue.Number(1))));
        assertThat(events).containsExactly(new ServerEvent.Media(1, MediaKind.DATA, 0, metadata),
                new ServerEvent.Media(1, MediaKind.VIDEO, 7, ByteBuffer.allocate(5_000)),
                new ServerEvent.Media(1, MediaKind.AUDIO, 9, ByteBuffer.allocate(300)), new ServerEvent.Unpublished(1));
    }

    @ParameterizedTest
    @CsvSource({"live, show, rtmp://h/live, live/show, ''", "a/b, c/d, rtmp://h/a/b, a/b/c/d, ''",
        "live, show?t=1, rtmp://h/live, live/show, t=1", "live?t=1, show, rtmp://h/live?t=2, live/show, t=1&t=2",
        "live, show, rtmp://h/live?t=2, live/show, t=2", "live?t=1, show?t=3, rtmp://h/live?t=1, live/show, t=3&t=1",
        "live/_definst_, show, '', live/show, ''", "live/, show, '', live/show, ''",
        "live/_definst_/, show, '', live/show, ''", "live, show?, rtmp://h/live, live/show, ''"})
    void joinsApplicationAndName(String app, String name, String tcUrl, String path, String query) {
        assertThat(StreamPath.of(new ConnectRequest(app, tcUrl, "", 0, false, Set.of()), name))
                .extracting(StreamPath::path, StreamPath::query)
                .containsExactly(path, query);
    }

    @Test
    void refusesConnectWithoutApplication() {
        shakeHands();
        send(connect(""));
        assertThat(answers()).containsExactly("_error 1 NetConnection.Connect.InvalidApp");
        assertThat(events).singleElement().isInstanceOf(ServerEvent.Refused.class);
        assertThat(server.state()).isEqualTo(ServerSession.State.DRAINING);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 513})
    void refusesEmptyAndLongNames(int length) {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        answers();
        send(command(1, "publish", 3, "x".repeat(length)));
        assertThat(answers()).containsExactly("onStatus/1 0 NetStream.Publish.Denied");
        assertThat(server.state()).isEqualTo(ServerSession.State.DRAINING);
    }

    @Test
    void refusesPublishOnUnknownMessageStream() {
        connected();
        send(command(1, "publish", 3, "show"));
        assertThat(answers()).containsExactly("onStatus/1 0 NetStream.Publish.Denied");
    }

    @Test
    void passesPlayOnAndReportsRefusal() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "play", 0, "show"));
        assertThat(events).containsExactly(new ServerEvent.PlayRequested(1, "live/show", "", "", "", Set.of(),
                PlayDuration.UNLIMITED));
        answers();
        server.end(1, "NetStream.Play.Failed", "not here");
        assertThat(answers()).containsExactly("onStatus/1 0 NetStream.Play.Failed");
    }

    @Test
    void doesNotReplyToTransactionZero() {
        connected();
        send(command(0, "releaseStream", 0, "show"));
        send(command(0, "whatever", 0, "show"));
        assertThat(answers()).isEmpty();
    }

    @Test
    void publishesAgainOnSameConnection() {
        publishing("show");
        send(command(0, "FCUnpublish", 0, "show"));
        send(new Command(0, "deleteStream", 0, AmfValue.NULL, List.of(new AmfValue.Number(1))));
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(command(1, "publish", 5, "other"));
        assertThat(events).containsExactly(new ServerEvent.Unpublished(1),
                new ServerEvent.PublishRequested(1, "live/other", "", "", ""));
    }

    @Test
    void deleteStreamWithNameEndsAllLikeGStreamer() {
        publishing("show");
        send(command(0, "deleteStream", 0, "show"));
        assertThat(events).containsExactly(new ServerEvent.Unpublished(1));
    }

    @Test
    void withdrawsAbandonedRequest() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "publish", 3, "show"));
        send(new Command(1, "closeStream", 0, AmfValue.NULL, List.of()));
        assertThat(events).last().isEqualTo(new ServerEvent.Unpublished(1));
        assertThat(server.state()).isEqualTo(ServerSession.State.CONNECTED);
        assertThatThrownBy(() -> server.acceptPublish(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsAmf3CommandsAndData() {
        connected();
        raw(MessageType.COMMAND_AMF3, 0, "\0\u0002\0\u0008_checkbw\0\u0040\u0008\0\0\0\0\0\0\u0005");
        assertThat(answers()).containsExactly("_result 3 Null[]");
    }

    /** Some encoders that send type 17 instead of 20 omit the leading byte 0. */
    @Test
    void readsAmf3CommandWithoutFormatByte() {
        connected();
        raw(MessageType.COMMAND_AMF3, 0, "\u0002\0\u0008_checkbw\0\u0040\u0008\0\0\0\0\0\0\u0005");
        assertThat(answers()).containsExactly("_result 3 Null[]");
    }

    @Test
    void readsAmf3ValuesWithinCommand() {
        connected();
        // createStream, 2, and AMF3 null as the command object.
        raw(MessageType.COMMAND_AMF3, 0, "\0\u0002\0\u000ccreateStream\0\u0040\0\0\0\0\0\0\0\u0011\u0001");
        assertThat(answers()).containsExactly("_result 2 Number[value=1.0]");
    }

    @Test
    void reportsIgnoredMessages() {
        publishing("show");
        raw(MessageType.OTHER, 1, "shared object");
        send(command(0, "onSomethingNew", 0, ""));
        assertThat(events).containsExactly(new ServerEvent.PassedOver(ServerEvent.PassedOver.What.UNKNOWN_MESSAGE),
                new ServerEvent.PassedOver(ServerEvent.PassedOver.What.UNKNOWN_COMMAND));
        assertThat(server.state()).isEqualTo(ServerSession.State.PUBLISHING);
    }

    @Test
    void publishesSeveralStreamsIndependently() {
        publishing("show");
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(command(2, "publish", 5, "other"));
        assertThat(events).containsExactly(new ServerEvent.PublishRequested(2, "live/other", "", "", ""));
        assertThat(server.state()).as("the first goes on").isEqualTo(ServerSession.State.PUBLISHING);
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 2, 1, ByteBuffer.allocate(5)));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 2, ByteBuffer.allocate(5)));
        feed(client.takeOutput());
        assertThat(events).as("that of the second waits for the answer").last().isEqualTo(
                new ServerEvent.Media(1, MediaKind.VIDEO, 2, ByteBuffer.allocate(5)));
        events.clear();
        server.acceptPublish(2);
        assertThat(answers()).containsExactly("_result 4 Number[value=2.0]", "USER_CONTROL",
                "onStatus/2 0 NetStream.Publish.Start");
        send(command(0, "FCUnpublish", 0, "show"));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 3, ByteBuffer.allocate(5)));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 2, 4, ByteBuffer.allocate(5)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(new ServerEvent.Media(2, MediaKind.VIDEO, 1, ByteBuffer.allocate(5)),
                new ServerEvent.Unpublished(1), UNPUBLISHED_MEDIA,
                new ServerEvent.Media(2, MediaKind.VIDEO, 4, ByteBuffer.allocate(5)));
    }

    @Test
    void refusalAffectsOneStream() {
        publishing("show");
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        answers();
        send(command(1, "publish", 5, "again"));
        send(command(3, "publish", 5, "never"));
        send(command(2, "publish", 5, "other"));
        server.end(2, "NetStream.Publish.BadName", "taken");
        assertThat(answers()).containsExactly("onStatus/1 0 NetStream.Publish.Denied",
                "onStatus/3 0 NetStream.Publish.Denied", "onStatus/2 0 NetStream.Publish.BadName");
        assertThat(server.state()).isEqualTo(ServerSession.State.PUBLISHING);
        server.end(1, "NetStream.Publish.BadName", "taken");
        assertThat(server.state()).as("nothing is left").isEqualTo(ServerSession.State.DRAINING);
    }

    @Test
    void limitsBytesBeforeAnswerToSecondPublish() {
        publishing("show");
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(command(2, "publish", 5, "other"));
        for (int i = 0; i < 9; i++) {
            client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 2, 0, ByteBuffer.allocate(30_000)));
        }
        assertThatThrownBy(() -> feed(client.takeOutput())).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish");
    }

    @Test
    void ignoresMetadataOnStreamZeroOfTwoPublishers() {
        publishing("show");
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(command(2, "publish", 5, "other"));
        events.clear();
        client.send(4, new RtmpMessage.Media(MediaKind.DATA, 0, 0, ByteBuffer.allocate(3)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(UNPUBLISHED_MEDIA);
    }

    @Test
    void metadataOnStreamZeroBelongsToOnlyPublisher() {
        publishing("show");
        client.send(4, new RtmpMessage.Media(MediaKind.DATA, 0, 0, ByteBuffer.allocate(3)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(new ServerEvent.Media(1, MediaKind.DATA, 0, ByteBuffer.allocate(3)));
    }

    /** Part of an attack: 300 connections made the server hold eight times the bytes that they sent. */
    @Test
    void keepsNoMediaAfterPublishEnded() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = publishing(memory);
        client.send(3, command(0, "FCUnpublish", 0, "show"));
        ByteBuffer end = client.takeOutput();
        assertThat(session.next(end)).isEqualTo(new ServerEvent.Unpublished(1));
        assertThat(session.next(end)).isNull();
        for (int csid = 7; csid < 10; csid++) {
            session.next(begunVideo(csid, 64 * 1024));
        }
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void publisherWithoutMemoryLosesMessageOnly() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = publishing(memory);
        memory.limit(100_000, 100_000);
        ByteBuffer sent = video(7, 100_000);
        assertThat(session.next(sent)).as("just fits").isInstanceOf(ServerEvent.Media.class);
        sent = video(8, 100_001);
        assertThat(session.next(sent)).isEqualTo(MEDIA_WITHOUT_MEMORY);
        assertThat(sent.hasRemaining()).isFalse();
        assertThat(memory.bytes()).isZero();
        assertThat(session.next(video(8, 100_000))).isInstanceOf(ServerEvent.Media.class);
        assertThat(session.state()).isEqualTo(ServerSession.State.PUBLISHING);
    }

    /** A command is never dropped: the media that is not complete makes room for it. */
    @Test
    void publisherAlwaysHasMemoryForCommand() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = publishing(memory);
        memory.limit(100_000, 100_000);
        assertThat(session.next(allButLastChunk(7, 100_000))).isNull();
        client.send(3, command(0, "FCUnpublish", 0, "show"));
        assertThat(session.next(client.takeOutput())).isEqualTo(new ServerEvent.Unpublished(1));
        assertThat(session.next(ByteBuffer.allocate(0))).isEqualTo(MEDIA_WITHOUT_MEMORY);
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void publisherReleasesMemoryBeyondReserve() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = publishing(memory);
        for (int csid = 7; csid < 10; csid++) {
            assertThat(session.next(allButLastChunk(csid, (csid - 6) * 10_000))).isNull();
        }
        memory.limit(Long.MAX_VALUE, 10_000);
        session.yieldMemory();
        assertThat(memory.bytes()).as("the shortest is left").isEqualTo(10_000);
        assertThat(memory.hasYielded()).isTrue();
        assertThat(session.next(ByteBuffer.allocate(0))).isEqualTo(MEDIA_WITHOUT_MEMORY);
        assertThat(session.next(ByteBuffer.allocate(0))).isEqualTo(MEDIA_WITHOUT_MEMORY);
        assertThat(session.next(lastChunk(9, 30_000))).isNull();
        assertThat(session.next(lastChunk(7, 10_000))).isInstanceOf(ServerEvent.Media.class);
        assertThat(session.next(video(9, 1_000))).isInstanceOf(ServerEvent.Media.class);
    }

    private ServerSession publishing(CountedMemory memory) {
        ServerSession session = new ServerSession(new SplittableRandom(1), RtmpLimits.DEFAULT, memory);
        open(session);
        client.send(3, new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        client.send(4, command(1, "publish", 3, "show"));
        assertThat(session.next(client.takeOutput())).isInstanceOf(ServerEvent.PublishRequested.class);
        assertThat(session.reserveMemory()).isTrue();
        session.acceptPublish(1);
        assertThat(session.next(ByteBuffer.allocate(0))).isNull();
        return session;
    }

    @Test
    void limitsMediaBeforePublishAnswer() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = new ServerSession(new SplittableRandom(1), RtmpLimits.DEFAULT, memory);
        open(session);
        client.send(3, new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        client.send(4, command(1, "publish", 3, "show"));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 0, ByteBuffer.allocate(1_000)));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 40, ByteBuffer.allocate(1_000)));
        ByteBuffer sent = client.takeOutput();
        assertThat(session.next(sent)).isInstanceOf(ServerEvent.PublishRequested.class);
        assertThat(session.next(sent)).isNull();
        assertThat(memory.bytes()).isBetween(2_000L, 3_000L);
        session.acceptPublish(1);
        assertThat(session.next(sent)).as("kept").isInstanceOf(ServerEvent.Media.class);
        assertThat(memory.bytes()).isZero();
        assertThat(session.next(begunVideo(7, 100_000))).isInstanceOf(ServerEvent.Media.class);
        session.next(begunVideo(8, 100_000));
        assertThat(memory.bytes()).isPositive();
        session.closed();
        assertThat(memory.bytes()).isZero();
    }

    private void open(ServerSession session) {
        byte[] handshake = new byte[1 + 2 * 1536];
        handshake[0] = 3;
        session.next(ByteBuffer.wrap(handshake));
        client.send(3, connect("live"));
        assertThat(session.next(client.takeOutput())).isNull();
    }

    /** The first bytes of an 8 MiB video message in chunks of 128 bytes. */
    private static ByteBuffer begunVideo(int csid, int sizeBytes) {
        ByteWriter out = new ByteWriter().uint8(csid).bytes(HexFormat.of().parseHex("0000008000000901000000"));
        for (int left = sizeBytes; left > 128; left -= 128) {
            out.bytes(new byte[128]).uint8(0xC0 | csid);
        }
        return out.bytes(new byte[128]).view();
    }

    private static ByteBuffer video(int csid, int sizeBytes) {
        return message(csid, 9, sizeBytes);
    }

    /** In chunks of 128 bytes. */
    private static ByteBuffer message(int csid, int type, int sizeBytes) {
        ByteWriter out = new ByteWriter().uint8(csid).uint24(0).uint24(sizeBytes).uint8(type).uint32(0x01000000);
        for (int left = sizeBytes; left > 128; left -= 128) {
            out.bytes(new byte[128]).uint8(0xC0 | csid);
        }
        return out.bytes(new byte[lastBytes(sizeBytes)]).view();
    }

    private static ByteBuffer allButLastChunk(int csid, int sizeBytes) {
        ByteBuffer video = video(csid, sizeBytes);
        return video.limit(video.limit() - 1 - lastBytes(sizeBytes));
    }

    private static ByteBuffer lastChunk(int csid, int sizeBytes) {
        ByteBuffer video = video(csid, sizeBytes);
        return video.position(video.limit() - 1 - lastBytes(sizeBytes));
    }

    private static int lastBytes(int sizeBytes) {
        return (sizeBytes - 1) % 128 + 1;
    }

    @Test
    void limitsMessagesBeforePublishAnswer() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "publish", 3, "show"));
        for (int i = 0; i < RtmpLimits.DEFAULT.beforeMedia().messages(); i++) {
            client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 1, 0, ByteBuffer.allocate(0)));
        }
        feed(client.takeOutput());
        client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 1, 0, ByteBuffer.allocate(0)));
        assertThatThrownBy(() -> feed(client.takeOutput())).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("messagesBeforePublish: is 1025");
    }

    /**
     * Flash Media Live Encoder and similar encoders can be configured to send aggregates; times are relative to the
     * first tag.
     */
    @Test
    void splitsAggregates() {
        publishing("show");
        ByteWriter body = new ByteWriter();
        tag(body, 9, 100, "vv", 13);
        tag(body, 8, 90, "a", 99); // earlier than the first tag, with a wrong back pointer
        tag(body, 20, 100, "no command", 0);
        tag(body, 18, 140, "d", 12);
        aggregate(body.toByteArray(), 0x7FFF_FFFF);
        assertThat(events).containsExactly(
                new ServerEvent.Media(1, MediaKind.VIDEO, 0x7FFF_FFFF, ByteBuffer.wrap(new byte[]{'v', 'v'})),
                new ServerEvent.Media(1, MediaKind.AUDIO, 0x7FFF_FFF5, ByteBuffer.wrap(new byte[]{'a'})),
                new ServerEvent.Media(1, MediaKind.DATA, 0x8000_0027, ByteBuffer.wrap(new byte[]{'d'})));
    }

    @Test
    void acceptsMissingLastBackPointer() {
        publishing("show");
        ByteWriter body = new ByteWriter();
        tag(body, 8, 5, "a", 12);
        aggregate(Arrays.copyOf(body.toByteArray(), body.size() - 4), 7);
        assertThat(events).containsExactly(
                new ServerEvent.Media(1, MediaKind.AUDIO, 7, ByteBuffer.wrap(new byte[]{'a'})));
    }

    @Test
    void rejectsTruncatedAndLongAggregates() {
        publishing("show");
        assertThatThrownBy(() -> aggregate(new byte[]{8, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1}, 0))
                .isInstanceOf(MalformedException.class).hasMessageContaining("aggregate.body: needs 9 bytes");
        ByteWriter body = new ByteWriter();
        for (int i = 0; i < RtmpLimits.DEFAULT.aggregateMessages() + 1; i++) {
            tag(body, 8, 0, "", 11);
        }
        RawMessage raw = new RawMessage(MessageType.AGGREGATE, 0, 1, body.view());
        assertThatThrownBy(() -> parse(raw)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("is 1025, the limit is 1024");
    }

    private static void tag(ByteWriter out, int type, int timestamp, String body, int backPointer) {
        out.uint8(type).uint24(body.length()).uint24(timestamp).uint8(timestamp >>> 24).uint24(0)
                .bytes(body.getBytes(StandardCharsets.US_ASCII)).uint32(backPointer);
    }

    private void aggregate(byte[] body, int timestamp) {
        ByteWriter out = new ByteWriter();
        new ChunkWriter().write(7, new RawMessage(MessageType.AGGREGATE, timestamp, 1, ByteBuffer.wrap(body)), out);
        feed(out.view());
    }

    @Test
    void ignoresMediaWithoutPublish() {
        publishing("show");
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 2, 7, ByteBuffer.allocate(5)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(UNPUBLISHED_MEDIA);
    }

    /** By its header: not a byte of it is kept. */
    @ParameterizedTest
    @EnumSource(MediaKind.class)
    void mediaBeforePublishEndsConnection(MediaKind kind) {
        connected();
        client.send(4, new RtmpMessage.Media(kind, 1, 0, ByteBuffer.allocate(1_000)));
        ByteBuffer header = client.takeOutput().limit(12);
        assertThatThrownBy(() -> feed(header)).isInstanceOf(MalformedException.class)
                .hasMessageContaining(kind + " before publish");
    }

    @Test
    void mediaOfPlayerEndsConnection() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "play", 3, "show"));
        server.acceptPlay(1);
        client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 1, 0, ByteBuffer.allocate(1)));
        assertThatThrownBy(() -> feed(client.takeOutput())).isInstanceOf(MalformedException.class);
    }

    @Test
    void reserveLastsUntilPublishEnds() {
        CountedMemory memory = new CountedMemory();
        ServerSession session = publishing(memory);
        assertThat(memory.isReserved()).isTrue();
        client.send(3, command(0, "FCUnpublish", 0, "show"));
        ByteBuffer end = client.takeOutput();
        assertThat(session.next(end)).isEqualTo(new ServerEvent.Unpublished(1));
        assertThat(session.next(end)).isNull();
        assertThat(memory.isReserved()).isFalse();
    }

    @Test
    void requiresConnectFirst() {
        shakeHands();
        assertThatThrownBy(() -> send(command(0, "createStream", 1, "")))
                .isInstanceOf(MalformedException.class);
    }

    /** Enhanced RTMP v2: capsEx is a bit mask; 1 is Reconnect, 14 is everything else. */
    @ParameterizedTest
    @CsvSource({"0, false", "1, true", "14, false", "15, true"})
    void detectsReconnectSupport(int capsEx, boolean follows) {
        shakeHands();
        assertThat(server.knowsReconnect()).as("before connect").isFalse();
        send(new Command(0, "connect", 1, AmfValue.Obj.of(field("app", "live"), field("capsEx", capsEx)), List.of()));
        assertThat(server.knowsReconnect()).isEqualTo(follows);
    }

    @Test
    void requestsReconnectAndAcceptsMedia() {
        shakeHands();
        send(new Command(0, "connect", 1, AmfValue.Obj.of(field("app", "live"), field("capsEx", 1)), List.of()));
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "publish", 3, "show"));
        server.acceptPublish(1);
        answers();
        events.clear();

        server.requestReconnect("the node ends");
        Command request = (Command) parse(
                ChunkReaderTest.messages(answerReader, List.of(server.takeOutput())).getFirst());
        assertThat(request).isEqualTo(new Command(0, "onStatus", 0, AmfValue.NULL,
                List.of(AmfValue.Obj.of(field("level", "status"),
                        field("code", "NetConnection.Connect.ReconnectRequest"),
                        field("description", "the node ends")))));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 7, ByteBuffer.allocate(5)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(new ServerEvent.Media(1, MediaKind.VIDEO, 7, ByteBuffer.allocate(5)));
    }

    @Test
    void requestsReconnectOnlyIfSupported() {
        publishing("show");
        assertThatThrownBy(() -> server.requestReconnect("the node ends")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void announcesAbilitiesToEnhancedClients() {
        shakeHands();
        send(new Command(0, "connect", 1, AmfValue.Obj.of(field("app", "live"), field("capsEx", 15)), List.of()));
        Command answer = ChunkReaderTest.messages(answerReader, List.of(server.takeOutput())).stream()
                .map(ServerSessionTest::parse).filter(Command.class::isInstance).map(Command.class::cast).findFirst()
                .orElseThrow();
        for (AmfValue place : List.of(answer.object(), answer.argument(0))) {
            SequencedMap<String, AmfValue> fields = ((AmfValue.Keyed) place).fields();
            // Reconnect, multitrack and modifiers; every codec is forwarded (4), none is decoded or encoded.
            assertThat(fields).containsEntry("capsEx", new AmfValue.Number(7));
            assertThat(fields.get("videoFourCcInfoMap")).isEqualTo(
                    AmfValue.Obj.of(field("avc1", 4), field("hvc1", 4), field("av01", 4), field("vp09", 4)));
            assertThat(fields.get("audioFourCcInfoMap")).isEqualTo(AmfValue.Obj.of(field("mp4a", 4), field("Opus", 4),
                    field("fLaC", 4), field(".mp3", 4), field("ac-3", 4), field("ec-3", 4)));
            assertThat(((AmfValue.StrictArray) fields.get("fourCcList")).items()).hasSize(10)
                    .doesNotContain(new AmfValue.Text("*"));
        }
    }

    @Test
    void refusesSecondConnect() {
        connected();
        assertThatThrownBy(() -> send(connect("live"))).isInstanceOf(MalformedException.class);
    }

    @Test
    void opensFourStreams() {
        connected();
        for (int i = 1; i <= 4; i++) {
            send(new Command(0, "createStream", i, AmfValue.NULL, List.of()));
        }
        assertThat(answers()).last().isEqualTo("_result 4 Number[value=4.0]");
        assertThatThrownBy(() -> send(new Command(0, "createStream", 5, AmfValue.NULL, List.of())))
                .isInstanceOf(OverLimitException.class).hasMessageContaining("streams: is 5, the limit is 4");
    }

    @Test
    void accepts200CommandsBeforeMedia() {
        connected();
        for (int i = 0; i < 200; i++) {
            send(command(0, "x", 0, ""));
        }
        assertThatThrownBy(() -> send(command(0, "x", 0, ""))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("commandsBeforeMedia");
    }

    @Test
    void limitsBytesBeforeConnect() {
        shakeHands();
        assertThatThrownBy(() -> floodOfSharedObjects(3)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforeConnect");
    }

    @Test
    void limitsBytesBeforePublish() {
        connected();
        floodOfSharedObjects(4);
        assertThatThrownBy(() -> floodOfSharedObjects(5)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish");
    }

    @Test
    void limitsKeptMediaBeforePublishAnswer() {
        publishing("show");
        send(command(0, "FCUnpublish", 0, "show"));
        send(command(1, "publish", 5, "again"));
        assertThatThrownBy(() -> flood(9)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish");
    }

    @Test
    void restoresBudgetWhenOneOfTwoPublishesEnds() {
        publishing("show");
        flood(20);
        send(new Command(0, "createStream", 4, AmfValue.NULL, List.of()));
        send(command(2, "publish", 5, "other"));
        send(command(0, "FCUnpublish", 0, "show"));
        assertThat(server.state()).isEqualTo(ServerSession.State.ANSWERING);
        floodOfSharedObjects(4);
        assertThatThrownBy(() -> floodOfSharedObjects(5)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish");
    }

    @Test
    void restoresBudgetWhenPlayerSwitchesStreams() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "play", 0, "show"));
        server.acceptPlay(1);
        floodOfSharedObjects(20);
        send(command(1, "play", 0, "other"));
        assertThat(events).endsWith(new ServerEvent.PlayStopped(1),
                new ServerEvent.PlayRequested(1, "live/other", "", "", "", Set.of(), PlayDuration.UNLIMITED));
        assertThat(server.state()).isEqualTo(ServerSession.State.ANSWERING);
        floodOfSharedObjects(4);
    }

    @Test
    void closingUnusedStreamRestoresNoBudget() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        floodOfSharedObjects(4);
        send(new Command(1, "closeStream", 0, AmfValue.NULL, List.of()));
        assertThatThrownBy(() -> floodOfSharedObjects(5)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("bytesBeforePublish");
    }

    @Test
    void withdrawnRequestRestoresNoBudget() {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        assertThatThrownBy(() -> {
            for (int i = 0; i < RtmpLimits.DEFAULT.beforeMedia().commands(); i++) {
                send(command(1, "publish", 0, "show"));
                send(new Command(1, "closeStream", 0, AmfValue.NULL, List.of()));
            }
        }).isInstanceOf(OverLimitException.class).hasMessageContaining("commandsBeforeMedia");
    }

    private void floodOfSharedObjects(int messages) {
        for (int i = 0; i < messages; i++) {
            feed(message(4, 19, 30_000));
        }
    }

    /** Messages of about 30 kB of audio on stream 1. */
    private void flood(int messages) {
        for (int i = 0; i < messages; i++) {
            client.send(4, new RtmpMessage.Media(MediaKind.AUDIO, 1, 0, ByteBuffer.allocate(30_000)));
        }
        feed(client.takeOutput());
    }

    private void shakeHands() {
        byte[] hello = new byte[1 + 2 * 1536];
        hello[0] = 3;
        feed(ByteBuffer.wrap(hello));
        server.takeOutput();
    }

    private void connected() {
        shakeHands();
        send(connect("live"));
        answers();
    }

    private void publishing(String name) {
        connected();
        send(new Command(0, "createStream", 2, AmfValue.NULL, List.of()));
        send(command(1, "publish", 3, name));
        server.acceptPublish(1);
        answers();
        events.clear();
    }

    private static Command connect(String app) {
        return new Command(0, "connect", 1, AmfValue.Obj.of(field("app", app)), List.of());
    }

    private static Command command(int streamId, String name, double transaction, String argument) {
        return new Command(streamId, name, transaction, AmfValue.NULL, List.of(new AmfValue.Text(argument)));
    }

    private void send(Command command) {
        client.send(3, command);
        feed(client.takeOutput());
    }

    private void raw(MessageType type, int streamId, String latin1) {
        ByteWriter out = new ByteWriter();
        ByteBuffer body = ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1));
        new ChunkWriter().write(7, new RawMessage(type, 0, streamId, body), out);
        feed(out.view());
    }

    private void feed(ByteBuffer in) {
        for (ServerEvent event = server.next(in); event != null; event = server.next(in)) {
            events.add(event);
        }
    }

    private final ChunkReader answerReader = new ChunkReader(RtmpLimits.DEFAULT);

    /** Returns the messages that the server wrote since the last call; the reader applies Set Chunk Size. */
    private List<String> answers() {
        return ChunkReaderTest.messages(answerReader, List.of(server.takeOutput())).stream()
                .map(raw -> parse(raw) instanceof Command c ? text(c) : raw.type().name()).toList();
    }

    private static RtmpMessage parse(RawMessage raw) {
        return RtmpMessage.parse(raw, RtmpLimits.DEFAULT);
    }

    private static String text(Command c) {
        String value = c.argument(0) instanceof AmfValue.Keyed status
                ? status.text("code").orElseThrow()
                : c.argument(0).toString();
        return c.name() + (c.streamId() == 0 ? "" : "/" + c.streamId()) + " " + (int) c.transaction() + " " + value;
    }
}
