package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.rtmp.RtmpMessage.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;

/** Messages of players and the replies to them; the sequences are those of the clients named by each test. */
class PlayFlowTest {
    private final ServerSession server = new ServerSession(new SplittableRandom(1));
    private final MessageLink client = new MessageLink(RtmpLimits.DEFAULT);
    private final ChunkReader answerReader = new ChunkReader(RtmpLimits.DEFAULT);
    private final List<ServerEvent> events = new ArrayList<>();

    /**
     * FFmpeg's rtmpproto.c: createStream, then getStreamLength, play and a buffer length together; a numeric start, no
     * reset.
     */
    @Test
    void playsForFfmpeg() {
        connect("LNX 9,0,124,2", field("fpad", new AmfValue.Bool(false)), field("capabilities", 15),
                field("audioCodecs", 4071), field("videoCodecs", 252), field("videoFunction", 1));
        send(0, "createStream", 2);
        assertThat(answers()).containsExactly("_result 2 1.0");
        send(0, "_checkbw", 3);
        send(0, "getStreamLength", 3, text("show"));
        send(1, "play", 4, text("show"), number(-2000));
        control(RtmpMessage.UserControl.STREAM_BEGIN + 3, 1);
        assertThat(events).containsExactly(
                new ServerEvent.PlayRequested(1, "live/show", "", "LNX 9,0,124,2", "rtmp://h/live", Set.of(),
                        PlayDuration.UNLIMITED));
        assertThat(answers()).containsExactly("_result 3 Null", "_result 3 0.0");
        assertThat(server.state()).as("held").isEqualTo(ServerSession.State.ANSWERING);
        server.acceptPlay(1);
        assertThat(server.state()).isEqualTo(ServerSession.State.PLAYING);
        assertThat(answers()).containsExactly("control 0 1", "onStatus/1 NetStream.Play.Reset",
                "onStatus/1 NetStream.Play.Start", "data/1 |RtmpSampleAccess false false");
    }

    /** librtmp's rtmp.c: FCSubscribe for --live, start -1000, and no reset. */
    @Test
    void playsForLibrtmp() {
        connect("LNX 10,0,32,18");
        send(0, "createStream", 2);
        send(0, "FCSubscribe", 3, text("show"));
        send(1, "play", 4, text("show"), number(-1000));
        assertThat(answers()).containsExactly("_result 2 1.0", "onFCSubscribe NetStream.Play.Start");
        server.acceptPlay(1);
        assertThat(answers()).contains("onStatus/1 NetStream.Play.Start");
        send(0, "deleteStream", 5, number(1));
        assertThat(events).last().isEqualTo(new ServerEvent.PlayStopped(1));
    }

    /** gstrtmpclient.c: transaction 0; it waits for a status on the message stream of its request. */
    @Test
    void playsForGstreamer() {
        connect("LNX 10,0,32,18");
        send(0, "createStream", 2);
        send(1, "play", 0, text("show"), number(-2), number(-1), new AmfValue.Bool(true));
        server.acceptPlay(1);
        assertThat(answers()).contains("onStatus/1 NetStream.Play.Reset", "onStatus/1 NetStream.Play.Start");
        send(0, "deleteStream", 0, text("show"));
        assertThat(events).last().isEqualTo(new ServerEvent.PlayStopped(1));
        assertThat(server.state()).isEqualTo(ServerSession.State.CONNECTED);
    }

    @Test
    void sendsResetOnlyIfRequested() {
        connect("WIN 10");
        send(0, "createStream", 2);
        send(1, "play", 0, text("show"), number(-2), number(-1), new AmfValue.Bool(false));
        server.acceptPlay(1);
        assertThat(answers()).contains("onStatus/1 NetStream.Play.Start")
                .doesNotContain("onStatus/1 NetStream.Play.Reset");
    }

    @Test
    void reportsEnhancedCodecsOfPlayer() {
        connect("x", field("fourCcList", new AmfValue.StrictArray(List.of(text("hvc1"), text("av01"), number(1)))),
                field("videoFourCcInfoMap", AmfValue.Obj.of(field("vp09", 1), field("vvc1", 2))),
                field("audioFourCcInfoMap", AmfValue.EcmaArray.of(field("Opus", 5))));
        send(0, "createStream", 2);
        send(1, "play", 0, text("show?token=1"));
        assertThat(events)
                .containsExactly(new ServerEvent.PlayRequested(1, "live/show", "token=1", "x", "rtmp://h/live",
                        Set.of("hvc1", "av01", "vp09", "Opus"), PlayDuration.UNLIMITED));
    }

    @Test
    void pausesResumesAndIgnoresSeek() {
        playing();
        send(1, "pause", 0, new AmfValue.Bool(true), number(100));
        send(1, "seek", 0, number(5_000));
        send(1, "pause", 0, new AmfValue.Bool(false), number(100));
        assertThat(events).containsExactly(new ServerEvent.PlayPaused(1, true), new ServerEvent.PlayPaused(1, false));
        assertThat(answers()).containsExactly("onStatus/1 NetStream.Pause.Notify",
                "onStatus/1 NetStream.Seek.Notify", "onStatus/1 NetStream.Unpause.Notify");
        assertThat(server.state()).isEqualTo(ServerSession.State.PLAYING);
    }

    @Test
    void remembersTrackSelection() {
        playing();
        send(1, "receiveVideo", 0, new AmfValue.Bool(false));
        send(1, "receiveAudio", 0, new AmfValue.Bool(false));
        send(1, "receiveVideo", 0, new AmfValue.Bool(true));
        assertThat(events).containsExactly(new ServerEvent.PlayTracks(1, true, false),
                new ServerEvent.PlayTracks(1, false, false), new ServerEvent.PlayTracks(1, false, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"closeStream", "deleteStream"})
    void playsAgainOnSameConnection(String ending) {
        playing();
        send(ending.equals("closeStream") ? 1 : 0, ending, 0, number(1));
        assertThat(events).containsExactly(new ServerEvent.PlayStopped(1));
        assertThat(answers()).containsExactly("onStatus/1 NetStream.Play.Stop");
        if (ending.equals("deleteStream")) {
            send(0, "createStream", 7);
            assertThat(answers()).as("the same number, and so the same bytes").containsExactly("_result 7 1.0");
        }
        send(1, "play", 0, text("other"));
        assertThat(events).last().isEqualTo(
                new ServerEvent.PlayRequested(1, "live/other", "", "x", "rtmp://h/live", Set.of(),
                        PlayDuration.UNLIMITED));
        server.acceptPlay(1);
        assertThat(server.state()).isEqualTo(ServerSession.State.PLAYING);
    }

    @Test
    void replacesStreamOnSecondPlay() {
        playing();
        send(1, "play", 0, text("other"));
        assertThat(events).containsExactly(new ServerEvent.PlayStopped(1),
                new ServerEvent.PlayRequested(1, "live/other", "", "x", "rtmp://h/live", Set.of(),
                        PlayDuration.UNLIMITED));
        send(1, "play", 0, text("again"));
        assertThat(answers()).as("while the other is held").containsExactly("onStatus/1 NetStream.Play.Failed");
        server.acceptPlay(1);
        send(1, "play", 0, new AmfValue.Bool(false));
        assertThat(events).last().isEqualTo(new ServerEvent.PlayStopped(1));
    }

    @Test
    void reportsEndWithStatusOfEveryPlayer() {
        playing();
        server.endPlay(1);
        assertThat(answers()).containsExactly("onStatus/1 NetStream.Play.UnpublishNotify", "control 1 1",
                "onStatus/1 NetStream.Play.Stop");
        assertThat(server.state()).isEqualTo(ServerSession.State.DRAINING);
    }

    @Test
    void playsAndPublishesOnOneConnection() {
        playing();
        send(0, "createStream", 3);
        send(2, "publish", 4, text("mine"), text("live"));
        server.acceptPublish(2);
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 2, 7, ByteBuffer.allocate(5)));
        client.send(6, new RtmpMessage.Media(MediaKind.VIDEO, 1, 7, ByteBuffer.allocate(5)));
        feed(client.takeOutput());
        assertThat(events).containsExactly(new ServerEvent.PublishRequested(2, "live/mine", "", "x", "rtmp://h/live"),
                new ServerEvent.Media(2, MediaKind.VIDEO, 7, ByteBuffer.allocate(5)),
                new ServerEvent.PassedOver(ServerEvent.PassedOver.What.MEDIA_WITHOUT_PUBLISH));
        answers();
        server.endPlay(1);
        assertThat(server.state()).as("the publish goes on").isEqualTo(ServerSession.State.PUBLISHING);
        server.close("NetConnection.Connect.AppShutdown", "over");
        assertThat(answers()).last().isEqualTo("onStatus/2 NetConnection.Connect.AppShutdown");
    }

    @Test
    void refusesPlayOnUnknownMessageStream() {
        connect("x");
        send(1, "play", 0, text("show"));
        assertThat(answers()).containsExactly("onStatus/1 NetStream.Play.Failed");
        assertThat(events).singleElement().isInstanceOf(ServerEvent.Refused.class);
    }

    @Test
    void doesNotLimitCommandsOfPlayers() {
        playing();
        for (int i = 0; i < 300; i++) {
            send(1, "pause", 0, new AmfValue.Bool(i % 2 == 0));
        }
        assertThat(events).hasSize(300);
    }

    @Test
    void pingsPlayers() {
        playing();
        server.ping(7);
        assertThat(answers()).containsExactly("control 6 7");
    }

    private void playing() {
        connect("x");
        send(0, "createStream", 2);
        send(1, "play", 0, text("show"));
        server.acceptPlay(1);
        answers();
        events.clear();
    }

    private void connect(String client, AmfValue.Field... more) {
        byte[] hello = new byte[1 + 2 * 1536];
        hello[0] = 3;
        feed(ByteBuffer.wrap(hello));
        server.takeOutput();
        List<AmfValue.Field> fields = new ArrayList<>(List.of(field("app", "live"), field("flashVer", client),
                field("tcUrl", "rtmp://h/live")));
        fields.addAll(List.of(more));
        this.client.send(3, new Command(0, "connect", 1, AmfValue.Obj.of(fields.toArray(AmfValue.Field[]::new)),
                List.of()));
        feed(this.client.takeOutput());
        answers();
    }

    private void send(int streamId, String name, double transaction, AmfValue... arguments) {
        client.send(3, new Command(streamId, name, transaction, AmfValue.NULL, List.of(arguments)));
        feed(client.takeOutput());
    }

    private void control(int event, int value) {
        client.send(2, new RtmpMessage.UserControl(event, value));
        feed(client.takeOutput());
    }

    private void feed(ByteBuffer in) {
        for (ServerEvent event = server.next(in); event != null; event = server.next(in)) {
            events.add(event);
        }
    }

    private List<String> answers() {
        return ChunkReaderTest.messages(answerReader, List.of(server.takeOutput())).stream()
                .map(raw -> RtmpMessage.parse(raw, RtmpLimits.DEFAULT)).map(PlayFlowTest::text).toList();
    }

    private static String text(RtmpMessage message) {
        return switch (message) {
            case Command c when c.argument(0) instanceof AmfValue.Keyed status ->
                c.name() + (c.streamId() == 0 ? "" : "/" + c.streamId()) + " " + status.text("code").orElseThrow();
            case Command c -> c.name() + " " + (int) c.transaction() + " "
                    + (c.argument(0) instanceof AmfValue.Number(double value) ? value : "Null");
            case RtmpMessage.UserControl(int event, int value) -> "control " + event + " " + value;
            case RtmpMessage.Media(MediaKind _, int streamId, int _, ByteBuffer body) -> {
                List<AmfValue> values = new Amf0Reader(body.duplicate(),
                        RtmpLimits.DEFAULT.commandAmf()).readAll();
                yield "data/" + streamId + " " + ((AmfValue.Text) values.getFirst()).value() + " "
                        + ((AmfValue.Bool) values.get(1)).value() + " " + ((AmfValue.Bool) values.get(2)).value();
            }
            case RtmpMessage.SetChunkSize _,RtmpMessage.Acknowledgement _,RtmpMessage.WindowAckSize _,RtmpMessage.SetPeerBandwidth _,RtmpMessage.Aggregate _,RtmpMessage.Ignored _ ->
                message.toString();
        };
    }

    private static AmfValue text(String value) {
        return new AmfValue.Text(value);
    }

    private static AmfValue number(double value) {
        return new AmfValue.Number(value);
    }

    /** RTMP 1.0 specifies seconds; librtmp, recognized by -1000 for live, sends milliseconds. */
    @ParameterizedTest
    @CsvSource({"-2, 5, 5000", "-1, 0.5, 500", "0, 2, 2000", "-1000, 5000, 5000", "-2000, 1, 1", "-2, 0, -1",
        "-2, -1, -1",
        "-1000, NaN, -1", "-2, 0.0001, 1", "-2, Infinity, -1"})
    void readsRequestedDuration(double start, double duration, long millis) {
        connect("x");
        send(0, "createStream", 2);
        send(1, "play", 4, text("show"), number(start), number(duration));
        assertThat(events)
                .containsExactly(new ServerEvent.PlayRequested(1, "live/show", "", "x", "rtmp://h/live", Set.of(),
                        millis < 0 ? PlayDuration.UNLIMITED : millis));
    }
}
