package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.media.rtmp.PlayerSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.rtmp.RtmpListen;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A whole edge against a real broker, played from over sockets; the records are those that the other stages write. */
@Timeout(60)
class RtmpPlayTest {
    @TempDir
    static Path dir;
    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static final SimpleMeterRegistry REGISTRY = new SimpleMeterRegistry();
    private static TestBroker broker;
    private static EdgeService edge;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        broker = new TestBroker(dir);
        edge = EdgeService.start(
                EdgeSettings.of("127.0.0.1", 0, "edge-1").withRtmp(RtmpListen.rtmp("127.0.0.1", 0)),
                broker.clients(), REGISTRY, (_, cause) -> FATAL.set(cause));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        edge.close();
        broker.close();
        assertThat(FATAL.get()).isNull();
    }

    @Test
    void startsAtTheLatestKeyframeGoesOnLiveAndTellsTheEnd() throws Exception {
        try (var live = new Live("live/play"); RtmpClient player = play("live/play")) {
            assertThat(List.of(player.status(), player.status())).containsExactly("NetStream.Play.Reset",
                    "NetStream.Play.Start");
            assertThat(data(player.next())).isEqualTo("|RtmpSampleAccess");
            assertThat(data(player.next())).isEqualTo("onMetaData");
            assertThat(player.media().body().get(1)).as("AVC sequence header").isEqualTo((byte) 0);
            assertThat(player.media().kind()).as("AAC sequence header").isEqualTo(MediaKind.AUDIO);
            PlayerEvent.Media keyframe = player.media();
            assertThat(frame(keyframe)).as("the latest keyframe, not the first").isEqualTo(3);
            live.video(3_040, false, 4);
            PlayerEvent.Media next = player.media();
            assertThat(frame(next)).isEqualTo(4);
            assertThat(next.timestamp() - keyframe.timestamp()).isEqualTo(40);
            assertThat(viewers("live/play")).contains("\"rtmp\":1");
            live.end();
            assertThat(List.of(player.status(), player.status(), player.status())).containsExactly(
                    "NetStream.Play.UnpublishNotify", "NetStream.Play.Stop", "closed");
            await(() -> viewers("live/play").contains("\"rtmp\":0"));
        }
        assertThat(REGISTRY.get("millrace.connections.closed").tags("protocol", "rtmp", "reason", "stream_ended")
                .counter().count()).isEqualTo(1);
        assertThat(REGISTRY.get("millrace.edge.bytes.sent").tag("protocol", "rtmp").counter().count()).isPositive();
    }

    /** FLV viewers and players read two rings of the same tags; both have all of them. */
    @Test
    void playersAndViewersOfFlvGetTheSameTags() throws Exception {
        try (var live = new Live("live/both");
                var flv = new FlvClient(http, request("/live/both.flv"));
                RtmpClient player = play("live/both")) {
            player.media();
            for (int i = 0; i < 3; i++) {
                flv.next();
            }
            player.media();
            for (int i = 4; i < 40; i++) {
                live.video(3_000 + i * 40, i % 10 == 0, i);
            }
            for (int i = 3; i < 40; i++) {
                var tag = flv.next();
                PlayerEvent.Media message = player.media();
                assertThat(message.timestamp()).isEqualTo(tag.timestampMs());
                assertThat(message.body()).isEqualTo(tag.body());
            }
        }
    }

    @Test
    void keepsAPlayerWhileThePublisherIsAwayAndTellsThatItIsBack() throws Exception {
        try (var live = new Live("live/back"); RtmpClient player = play("live/back")) {
            PlayerEvent.Media before = first(player, 3);
            live.away();
            live.again();
            live.video(900_000, true, 7);
            PlayerEvent event = player.next();
            assertThat(event)
                    .isEqualTo(new PlayerEvent.Status("NetStream.Play.PublishNotify", "The publisher is back."));
            PlayerEvent.Media after = player.media();
            assertThat(frame(after)).isEqualTo(7);
            assertThat(after.timestamp()).as("times run on")
                    .isBetween(before.timestamp() + 1, before.timestamp() + 1_000);
        }
    }

    @Test
    void whoPausesGoesOnWithTheLatestKeyframe() throws Exception {
        try (var live = new Live("live/pause"); RtmpClient player = play("live/pause")) {
            first(player, 3);
            player.say(session -> session.pause(true));
            assertThat(player.status()).isEqualTo("NetStream.Pause.Notify");
            live.video(5_000, true, 5);
            live.video(7_000, true, 7);
            live.video(7_040, false, 8);
            player.say(session -> session.pause(false));
            assertThat(player.status()).isEqualTo("NetStream.Unpause.Notify");
            first(player, 7);
            assertThat(frame(player.media())).isEqualTo(8);
        }
    }

    @Test
    void whoWantsNoPictureGetsNoneAndLaterOneFromAKeyframeOn() throws Exception {
        try (var live = new Live("live/sound"); RtmpClient player = play("live/sound")) {
            first(player, 3);
            live.audio(3_010);
            assertThat(player.media().kind()).isEqualTo(MediaKind.AUDIO);
            player.say(session -> session.receiveVideo(false));
            assertThat(player.media().body().get(1)).as("AAC sequence header").isEqualTo((byte) 0);
            assertThat(player.media().body().get(1)).as("the latest sound").isEqualTo((byte) 1);
            live.video(3_040, false, 4);
            live.audio(3_050);
            live.video(3_080, true, 5);
            PlayerEvent.Media sound = player.media();
            assertThat(sound.kind()).isEqualTo(MediaKind.AUDIO);
            player.say(session -> session.receiveVideo(true));
            first(player, 5);
        }
    }

    @Test
    void aPlayerThatTakesNothingForAWhileSkipsToALaterKeyframeAndThenHasEverything() throws Exception {
        try (var live = new Live("live/slow");
                RtmpClient slow = new RtmpClient(port(), "live/slow");
                RtmpClient fast = new RtmpClient(port(), "live/slow")) {
            first(slow, 3);
            first(fast, 3);
            int last = 123;
            for (int i = 4; i <= last; i++) {
                live.large(3_000 + i * 40, i % 10 == 0, i);
                assertThat(frame(fast.media())).as("nobody else is held up").isEqualTo(i);
            }
            List<Integer> gaps = new ArrayList<>();
            int before = 3;
            while (before < last) {
                int next = frame(slow.media());
                if (next != before + 1) {
                    gaps.add(next);
                }
                before = next;
            }
            assertThat(gaps).as("where it went on: with the latest keyframe, once").containsExactly(120);
            live.video(10_000, false, 124);
            assertThat(frame(slow.media())).isEqualTo(124);
        }
        assertThat(REGISTRY.get("millrace.dropped").tags("stage", "edge", "reason", "slow_viewer").counter().count())
                .isPositive();
    }

    @Test
    void isListedAndLetGoByWhoRunsTheEdge() throws Exception {
        try (var live = new Live("live/kick"); RtmpClient player = play("live/kick")) {
            first(player, 3);
            Map<String, String> these = Map.of("stream", "live/kick", "protocol", "rtmp");
            assertThat(edge.admin().answer(new AdminResource.Request("GET", "", these)).json())
                    .contains("\"protocol\":\"rtmp\"", "\"client\":\"Millrace\"");
            edge.admin().answer(new AdminResource.Request("DELETE", "", these));
            assertThat(player.status()).isEqualTo("NetStream.Play.Failed");
            assertThat(player.status()).isEqualTo("closed");
            live.end();
        }
    }

    @Test
    void playsAgainOnTheSameConnection() throws Exception {
        try (var live = new Live("live/again"); RtmpClient player = play("live/again")) {
            first(player, 3);
            player.say(PlayerSession::closeStream);
            assertThat(player.status()).isEqualTo("NetStream.Play.Stop");
            await(() -> viewers("live/again").contains("\"rtmp\":0"));
            live.video(5_000, true, 5);
            player.say(PlayerSession::play);
            first(player, 5);
        }
    }

    @Test
    void holdsAPlayerUntilThereIsSomethingToPlay() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/early")) {
            long session = log.session();
            log.write(Topic.STREAMS,
                    Fixtures.entry("live/early", session, StreamEntry.State.LIVE, List.of(), session));
            await(() -> get("/api/v1/streams/live/early").statusCode() == 200);
            try (RtmpClient player = play("live/early")) {
                log.write(Topic.PACKETS, Fixtures.videoConfig(session, 0, Fixtures.AVC_RECORD));
                long first = log.write(Topic.PACKETS, Fixtures.video(session, 1, 1_000, true, 1));
                log.write(Topic.STREAMS, Fixtures.entry("live/early", session, StreamEntry.State.LIVE,
                        List.of(Fixtures.TRACKS.getFirst()), first - 1));
                assertThat(player.status()).isEqualTo("NetStream.Play.Reset");
                player.media();
                assertThat(frame(player.media())).isEqualTo(1);
            }
        }
    }

    @Test
    void refusesInWordsThatSayWhy() throws Exception {
        try (var live = new Live("live/said");
                var log = new LogWriter(broker.clients(), "live/over")) {
            log.write(Topic.STREAMS, Fixtures.entry("live/over", 9, StreamEntry.State.ENDED));
            await(() -> get("/api/v1/streams/live/over").statusCode() == 200);
            assertThat(refusal("live/never")).isEqualTo(
                    new PlayerEvent.Status("NetStream.Play.StreamNotFound", "there is no stream live/never"));
            assertThat(refusal("live/over"))
                    .isEqualTo(new PlayerEvent.Status("NetStream.Play.StreamNotFound", "live/over has ended"));
            assertThat(refusal("live/said?start=-5m")).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed",
                    "RTMP plays what is live; the past is at /live/said.flv?start= and .m3u8?start= by HTTP"));
            assertThat(refusal("live/a$b").code()).isEqualTo("NetStream.Play.StreamNotFound");
            live.end();
        }
    }

    @Test
    void playsOtherCodecsToThoseWhoSayThatTheyTakeThem() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/opus")) {
            ByteBuffer opus = Fixtures.hex("4f707573486561640102380180bb0000000000");
            long session = log.session();
            log.write(Topic.PACKETS, Fixtures.videoConfig(session, 0, Fixtures.AVC_RECORD));
            long first = log.write(Topic.PACKETS, Fixtures.video(session, 1, 1_000, true, 1));
            log.write(Topic.STREAMS, Fixtures.entry("live/opus", session, StreamEntry.State.LIVE,
                    List.of(Fixtures.TRACKS.getFirst(), new StreamEntry.Track(0, Packet.Kind.AUDIO, "OPUS", opus)),
                    first - 1));
            await(() -> get("/api/v1/streams/live/opus").statusCode() == 200);
            assertThat(refusal("live/opus")).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed",
                    "live/opus has OPUS, which needs a player of Enhanced RTMP that says Opus in fourCcList"));
            try (var client = new RtmpClient(port(), "live/opus", List.of("Opus"), false)) {
                first(client, 1);
            }
        }
    }

    @Test
    void tellsPublishersWhereToGo() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            var session = new ClientSession(RtmpUrl.parse(URI.create("rtmp://127.0.0.1/live/show")),
                    new SplittableRandom(1));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[65_536];
            ClientEvent event = null;
            while (event == null) {
                ByteBuffer out = session.takeOutput();
                socket.getOutputStream().write(out.array(), out.arrayOffset(), out.remaining());
                event = session.next(ByteBuffer.wrap(buffer, 0, in.read(buffer)));
            }
            assertThat(event).isEqualTo(new ClientEvent.Failed("NetStream.Publish.Denied",
                    "This is an edge and takes no publishers; publish to an ingest node"));
        }
    }

    @Test
    void asksPlayersThatKnowItToLeaveAndTellsTheOthersAtTheEnd() throws Exception {
        EdgeService other = EdgeService.start(
                EdgeSettings.of("127.0.0.1", 0, "edge-2").withRtmp(RtmpListen.rtmp("127.0.0.1", 0)),
                broker.clients(), new SimpleMeterRegistry(), (_, cause) -> FATAL.set(cause));
        int otherPort = other.rtmp().orElseThrow().port();
        try (var live = new Live("live/drain")) {
            RtmpClient knows = new RtmpClient(otherPort, "live/drain", List.of(), true);
            RtmpClient stays = new RtmpClient(otherPort, "live/drain");
            first(knows, 3);
            first(stays, 3);
            CompletableFuture<Void> drained = other.drain(Duration.ofSeconds(5));
            assertThat(knows.status()).isEqualTo("NetConnection.Connect.ReconnectRequest");
            assertThat(drained).as("it has not left yet").isNotDone();
            live.video(3_040, false, 4);
            assertThat(frame(knows.media())).as("and plays until it leaves").isEqualTo(4);
            knows.close();
            drained.get(10, TimeUnit.SECONDS);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(other::close);
            assertThat(frame(stays.media())).isEqualTo(4);
            assertThat(stays.status()).isEqualTo("NetConnection.Connect.AppShutdown");
            stays.close();
            closed.get(20, TimeUnit.SECONDS);
        }
    }

    /** Takes what stands before the first picture, which is this. */
    private static PlayerEvent.Media first(RtmpClient player, int frame) throws Exception {
        PlayerEvent.Media media = player.media();
        while (media.kind() != MediaKind.VIDEO || media.body().get(1) == 0) {
            media = player.media();
        }
        assertThat(frame(media)).isEqualTo(frame);
        return media;
    }

    private static PlayerEvent.Status refusal(String stream) throws Exception {
        try (RtmpClient player = play(stream)) {
            PlayerEvent event = player.next();
            assertThat(player.status()).as("after the refusal").isEqualTo("closed");
            return (PlayerEvent.Status) event;
        }
    }

    private static RtmpClient play(String stream) throws Exception {
        return new RtmpClient(port(), stream);
    }

    private static int port() {
        return edge.rtmp().orElseThrow().port();
    }

    /** The string that a data message begins with. */
    private static String data(PlayerEvent event) {
        ByteBuffer body = ((PlayerEvent.Media) event).body();
        byte[] name = new byte[body.getShort(body.position() + 1)];
        body.get(body.position() + 3, name);
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static int frame(PlayerEvent.Media media) {
        assertThat(media.kind()).isEqualTo(MediaKind.VIDEO);
        return media.body().get(media.body().limit() - 1);
    }

    /** A stream of video and audio whose latest keyframe is frame 3. */
    private static final class Live implements AutoCloseable {
        private final LogWriter log;
        private long session;
        private long seq;

        private Live(String stream) throws Exception {
            log = new LogWriter(broker.clients(), stream);
            again();
            log.write(Topic.PACKETS, Fixtures.audioConfig(session, seq++, Fixtures.AAC_RECORD));
            long first = log.write(Topic.PACKETS, Fixtures.video(session, seq++, 1_000, true, 1));
            log.write(Topic.PACKETS, Fixtures.video(session, seq++, 3_000, true, 3));
            log.write(Topic.STREAMS,
                    Fixtures.entry(stream, session, StreamEntry.State.LIVE, Fixtures.TRACKS, first - 2));
            await(() -> get("/api/v1/streams/" + stream).statusCode() == 200);
        }

        private void again() {
            session = log.session();
            seq = 0;
            log.write(Topic.PACKETS, Fixtures.videoConfig(session, seq++, Fixtures.AVC_RECORD));
        }

        private void video(long timestampMs, boolean key, int fill) {
            log.write(Topic.PACKETS, Fixtures.video(session, seq++, timestampMs, key, fill));
        }

        /** Of so many bytes that the ring holds less than a hundred. */
        private void large(long timestampMs, boolean key, int fill) {
            ByteBuffer data = ByteBuffer.allocate(200_000).putInt(200_000 - 4).put((byte) (key ? 0x65 : 0x41))
                    .put(199_999, (byte) fill).rewind();
            log.write(Topic.PACKETS,
                    new Packet(session, seq++, System.currentTimeMillis() * 1000, timestampMs, 0, Packet.Kind.VIDEO, 0,
                            key,
                            false, false, TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, data))));
        }

        private void audio(long timestampMs) {
            log.write(Topic.PACKETS, Fixtures.audio(session, seq++, timestampMs));
        }

        private void away() {
            log.write(Topic.PACKETS, new SessionEnded(session, 1, SessionEnded.Reason.DISCONNECTED, ""));
        }

        private void end() {
            away();
            log.write(Topic.PACKETS, new GraceOver(session, 2));
        }

        @Override
        public void close() {
            log.close();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(condition::holds);
    }

    private static String viewers(String stream) throws Exception {
        return get("/api/v1/streams/" + stream).body();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path)).build();
    }
}
