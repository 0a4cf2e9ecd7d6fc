package io.millrace.media.rtmp;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Our client against our server; the test transfers the bytes. */
class SessionsTest {
    private final ServerSession server = new ServerSession(new SplittableRandom(1));
    private final List<ServerEvent> serverEvents = new ArrayList<>();
    private final List<ClientEvent> clientEvents = new ArrayList<>();
    private int pieceBytes = 100_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 100_000})
    void clientPublishesToServer(int pieces) {
        pieceBytes = pieces;
        ClientSession client = client("rtmp://host/a/b/show?token=x");
        carry(client);
        assertThat(serverEvents).containsExactly(
                new ServerEvent.PublishRequested(1, "a/b/show", "token=x", "FMLE/3.0 (compatible; Millrace)",
                        "rtmp://host/a/b"));
        assertThat(clientEvents).isEmpty();

        server.acceptPublish(1);
        carry(client);
        assertThat(clientEvents).containsExactly(new ClientEvent.Started());

        serverEvents.clear();
        client.send(MediaKind.VIDEO, 16_777_000, bytes(70_000));
        client.send(MediaKind.AUDIO, 16_777_300, bytes(0));
        client.send(MediaKind.VIDEO, 16_777_400, bytes(140_000));
        client.send(MediaKind.VIDEO, 16_777_100, bytes(5));
        client.finish();
        carry(client);
        assertThat(serverEvents).containsExactly(media(MediaKind.VIDEO, 16_777_000, 70_000),
                media(MediaKind.AUDIO, 16_777_300, 0), media(MediaKind.VIDEO, 16_777_400, 140_000),
                media(MediaKind.VIDEO, 16_777_100, 5), new ServerEvent.Unpublished(1));
        assertThat(server.state()).isEqualTo(ServerSession.State.CONNECTED);
    }

    @Test
    void wrapsAndUnwrapsMetadata() {
        ClientSession client = publishing();
        ByteBuffer metadata = ByteBuffer.wrap("\u0002\u0000\nonMetaData\u0005".getBytes(StandardCharsets.US_ASCII));
        client.send(MediaKind.DATA, 0, metadata);

        ByteBuffer wire = client.takeOutput();
        assertThat(StandardCharsets.ISO_8859_1.decode(wire.duplicate()).toString()).contains("@setDataFrame");
        assertThat(server.next(wire)).isEqualTo(new ServerEvent.Media(1, MediaKind.DATA, 0, metadata));
    }

    @Test
    void keepsMediaBeforeAnswer() {
        carry(client("rtmp://host/live/show"));
        assertThat(server.state()).isEqualTo(ServerSession.State.ANSWERING);

        byte[] audio = HexFormat.of().parseHex("040000010000030801000000000000");
        assertThat(server.next(ByteBuffer.wrap(audio))).isNull();
        server.acceptPublish(1);

        assertThat(server.next(bytes(0))).isEqualTo(media(MediaKind.AUDIO, 1, 3));
        assertThat(server.next(bytes(0))).isNull();
    }

    @Test
    void refusalReachesClient() {
        ClientSession client = client("rtmp://host/live/show");
        carry(client);
        server.close("NetStream.Publish.BadName", "the name is taken");
        carry(client);
        assertThat(clientEvents)
                .containsExactly(new ClientEvent.Failed("NetStream.Publish.BadName", "the name is taken"));
        ByteBuffer junk = bytes(1000);
        assertThat(server.next(junk)).isNull();
        assertThat(junk.hasRemaining()).isFalse();
        assertThat(server.state()).isEqualTo(ServerSession.State.DRAINING);
        assertThatThrownBy(() -> client.send(MediaKind.AUDIO, 0, bytes(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void serverEndsPublish() {
        ClientSession client = publishing();
        server.close("NetConnection.Connect.AppShutdown", "bye");
        carry(client);
        assertThat(clientEvents).containsExactly(new ClientEvent.Failed("NetConnection.Connect.AppShutdown", "bye"));
    }

    @Test
    void acknowledgesEveryWindow() {
        MessageLink sender = new MessageLink(RtmpLimits.DEFAULT);
        MessageLink receiver = new MessageLink(RtmpLimits.DEFAULT);
        sender.send(MessageLink.CONTROL, new RtmpMessage.WindowAckSize(10_000));
        List<Integer> acknowledged = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sender.send(MessageLink.VIDEO, new RtmpMessage.Media(MediaKind.VIDEO, 1, i, bytes(6_000)));
            receiver.next(sender.takeOutput());
            ByteBuffer answer = receiver.takeOutput();
            acknowledged.add(answer.hasRemaining() ? answer.getInt(answer.limit() - 4) : 0);
        }
        // 16 bytes for the window, then 6 000 with 46 continuations each and headers of 12, 4, 1, 1 and 1 bytes
        assertThat(acknowledged).containsExactly(0, 12_124, 0, 24_218, 0);
    }

    @Test
    void acknowledgesOnlyIfRequested() {
        MessageLink sender = new MessageLink(RtmpLimits.DEFAULT);
        MessageLink receiver = new MessageLink(RtmpLimits.DEFAULT);
        for (int sent = 0; sent < 2 * MessageLink.WINDOW_BYTES; sent += 100_000) {
            sender.send(MessageLink.VIDEO, new RtmpMessage.Media(MediaKind.VIDEO, 1, 0, bytes(100_000)));
        }
        ByteBuffer wire = sender.takeOutput();
        int received = 0;
        while (receiver.next(wire) != null) {
            received++;
        }
        assertThat(received).isEqualTo(50);
        assertThat(receiver.takeOutput().hasRemaining()).isFalse();
    }

    @Test
    void answersPeerBandwidthWithWindow() {
        MessageLink asking = new MessageLink(RtmpLimits.DEFAULT);
        MessageLink asked = new MessageLink(RtmpLimits.DEFAULT);
        for (int bytes : new int[]{0, 1_000_000, 1_000_000}) {
            asking.send(MessageLink.CONTROL,
                    new RtmpMessage.SetPeerBandwidth(bytes, RtmpMessage.SetPeerBandwidth.DYNAMIC));
        }
        assertThat(asked.next(asking.takeOutput())).isNull();
        assertThat(asked.takeOutput())
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex("020000000000040500000000000f4240")));
    }

    @Test
    void answersPings() {
        MessageLink asking = new MessageLink(RtmpLimits.DEFAULT);
        MessageLink asked = new MessageLink(RtmpLimits.DEFAULT);
        asking.send(MessageLink.CONTROL, new RtmpMessage.UserControl(RtmpMessage.UserControl.PING_REQUEST, 0x01020304));
        assertThat(asked.next(asking.takeOutput())).isNull();
        assertThat(asked.takeOutput())
                .isEqualTo(ByteBuffer.wrap(HexFormat.of().parseHex("020000000000060400000000000701020304")));
    }

    @Test
    void explainsInvalidAddresses() {
        assertThatThrownBy(() -> RtmpUrl.parse(URI.create("http://host/live/show")))
                .hasMessage("the address does not begin with rtmp:// or rtmps://");
        assertThatThrownBy(() -> RtmpUrl.parse(URI.create("rtmp:///live/show"))).hasMessageContaining("no host");
        assertThatThrownBy(() -> RtmpUrl.parse(URI.create("rtmp://host/live")))
                .hasMessageContaining("host/application");
        assertThatThrownBy(() -> RtmpUrl.parse(URI.create("rtmp://host/live/")))
                .hasMessageContaining("host/application");
        assertThat(RtmpUrl.parse(URI.create("rtmp://[::1]:2000/a/b/c?t=/x")))
                .isEqualTo(new RtmpUrl(false, "[::1]", 2000, "a/b", "c?t=/x"));
        assertThat(RtmpUrl.parse(URI.create("rtmps://h/live/show")))
                .isEqualTo(new RtmpUrl(true, "h", 443, "live", "show"));
        assertThat(RtmpUrl.parse(URI.create("rtmps://h:1936/live/show")).tcUrl()).isEqualTo("rtmps://h:1936/live");
        assertThat(RtmpUrl.parse(URI.create("rtmp://h/live/show")).tcUrl()).isEqualTo("rtmp://h/live");
    }

    /** Transfers until neither side has output. */
    private void carry(ClientSession client) {
        ByteBuffer up = client.takeOutput();
        ByteBuffer down = server.takeOutput();
        while (up.hasRemaining() || down.hasRemaining()) {
            for (ByteBuffer piece : pieces(up)) {
                for (ServerEvent event = server.next(piece); event != null; event = server.next(piece)) {
                    serverEvents.add(event);
                }
            }
            for (ByteBuffer piece : pieces(down)) {
                for (ClientEvent event = client.next(piece); event != null; event = client.next(piece)) {
                    clientEvents.add(event);
                }
            }
            up = client.takeOutput();
            down = server.takeOutput();
        }
    }

    private List<ByteBuffer> pieces(ByteBuffer output) {
        byte[] bytes = new byte[output.remaining()];
        output.get(bytes);
        return Splits.every(bytes, pieceBytes);
    }

    private static ClientSession client(String url) {
        return new ClientSession(RtmpUrl.parse(URI.create(url)), new SplittableRandom(3));
    }

    private ClientSession publishing() {
        ClientSession client = client("rtmp://host/live/show");
        carry(client);
        server.acceptPublish(1);
        carry(client);
        serverEvents.clear();
        clientEvents.clear();
        return client;
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size);
    }

    private static ServerEvent media(MediaKind kind, int timestamp, int size) {
        return new ServerEvent.Media(1, kind, timestamp, bytes(size));
    }
}
