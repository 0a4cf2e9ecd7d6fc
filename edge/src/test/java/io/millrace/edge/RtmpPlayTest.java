package io.millrace.edge;

import io.micrometer.core.instrument.Counter;
import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.media.rtmp.PlayerSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** A complete edge on a real broker, with players over sockets; the test writes the records of the other stages. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RtmpPlayTest {
    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("rtmp."));
    }

    @Test
    void startsAtLatestKeyframeAndReportsEnd() throws Exception {
        double endedBefore = ended();
        try (var live = new LiveStream(edge, "live/play"); RtmpClient player = edge.rtmp("live/play")) {
            assertThat(List.of(player.status(), player.status())).containsExactly("NetStream.Play.Reset",
                    "NetStream.Play.Start");
            assertThat(data(player.next())).isEqualTo("|RtmpSampleAccess");
            PlayerEvent metadata = player.next();
            assertThat(data(metadata)).isEqualTo("onMetaData");
            assertThat(((PlayerEvent.Media) metadata).timestamp()).as("at another time, FFmpeg takes it for a subtitle")
                    .isZero();
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
            TestEdge.await(() -> viewers("live/play").contains("\"rtmp\":0"));
        }
        assertThat(ended()).isEqualTo(endedBefore + 1);
        assertThat(edge.registry.get("millrace.edge.bytes.sent").tag("protocol", "rtmp").counter().count())
                .isPositive();
    }

    /** FLV viewers and RTMP players read two encodings of the same tags, and both receive all of them. */
    @Test
    void playersAndFlvViewersReceiveSameTags() throws Exception {
        try (var live = new LiveStream(edge, "live/both");
                var flv = edge.flv("/live/both.flv");
                RtmpClient player = edge.rtmp("live/both")) {
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
    void keepsPlayerWhilePublisherIsAwayAndReportsItsReturn() throws Exception {
        try (var live = new LiveStream(edge, "live/back"); RtmpClient player = edge.rtmp("live/back")) {
            PlayerEvent.Media before = first(player, 3);
            live.away();
            live.again();
            live.video(900_000, true, 7);
            PlayerEvent event = player.next();
            assertThat(event)
                    .isEqualTo(new PlayerEvent.Status("NetStream.Play.PublishNotify", "The publisher is back."));
            PlayerEvent.Media after = player.media();
            assertThat(frame(after)).isEqualTo(7);
            assertThat(after.timestamp()).as("timestamps continue")
                    .isBetween(before.timestamp() + 1, before.timestamp() + 1_000);
        }
    }

    @Test
    void resumesPausedPlayerAtLatestKeyframe() throws Exception {
        try (var live = new LiveStream(edge, "live/pause"); RtmpClient player = edge.rtmp("live/pause")) {
            first(player, 3);
            player.send(session -> session.pause(true));
            assertThat(player.status()).isEqualTo("NetStream.Pause.Notify");
            live.video(5_000, true, 5);
            live.video(7_000, true, 7);
            live.video(7_040, false, 8);
            player.send(session -> session.pause(false));
            assertThat(player.status()).isEqualTo("NetStream.Unpause.Notify");
            first(player, 7);
            assertThat(frame(player.media())).isEqualTo(8);
        }
    }

    @Test
    void omitsVideoUntilRequestedThenResumesAtKeyframe() throws Exception {
        try (var live = new LiveStream(edge, "live/sound"); RtmpClient player = edge.rtmp("live/sound")) {
            first(player, 3);
            live.audio(3_010);
            assertThat(player.media().kind()).isEqualTo(MediaKind.AUDIO);
            player.send(session -> session.receiveVideo(false));
            assertThat(player.media().body().get(1)).as("AAC sequence header").isEqualTo((byte) 0);
            assertThat(player.media().body().get(1)).as("the latest audio frame").isEqualTo((byte) 1);
            live.video(3_040, false, 4);
            live.audio(3_050);
            live.video(3_080, true, 5);
            PlayerEvent.Media sound = player.media();
            assertThat(sound.kind()).isEqualTo(MediaKind.AUDIO);
            player.send(session -> session.receiveVideo(true));
            first(player, 5);
        }
    }

    @Test
    void slowPlayerSkipsToLaterKeyframe() throws Exception {
        try (var live = new LiveStream(edge, "live/slow");
                RtmpClient slow = new RtmpClient(edge.rtmpPort(), "live/slow");
                RtmpClient fast = new RtmpClient(edge.rtmpPort(), "live/slow")) {
            first(slow, 3);
            first(fast, 3);
            int last = 123;
            for (int i = 4; i <= last; i++) {
                live.large(3_000 + i * 40, i % 10 == 0, i);
                assertThat(frame(fast.media())).as("other players are not delayed").isEqualTo(i);
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
            assertThat(gaps).as("it skipped once, to the latest keyframe").containsExactly(120);
            live.video(10_000, false, 124);
            assertThat(frame(slow.media())).isEqualTo(124);
        }
        assertThat(
                edge.registry.get("millrace.dropped").tags("stage", "edge", "reason", "slow_viewer").counter().count())
                .isPositive();
    }

    @Test
    void operatorListsAndDisconnectsPlayer() throws Exception {
        try (var live = new LiveStream(edge, "live/kick"); RtmpClient player = edge.rtmp("live/kick")) {
            first(player, 3);
            Map<String, String> these = Map.of("stream", "live/kick", "protocol", "rtmp");
            AdminRoutes admin = AdminRoutes.of(edge.service.admin());
            assertThat(admin.answer("GET", "/api/v1/viewers", these).orElseThrow().json())
                    .contains("\"protocol\":\"rtmp\"", "\"client\":\"Millrace\"");
            admin.answer("DELETE", "/api/v1/viewers", these);
            assertThat(player.status()).isEqualTo("NetStream.Play.Failed");
            assertThat(player.status()).isEqualTo("closed");
            live.end();
        }
    }

    @Test
    void playsAgainOnSameConnection() throws Exception {
        try (var live = new LiveStream(edge, "live/again"); RtmpClient player = edge.rtmp("live/again")) {
            first(player, 3);
            player.send(PlayerSession::closeStream);
            assertThat(player.status()).isEqualTo("NetStream.Play.Stop");
            TestEdge.await(() -> viewers("live/again").contains("\"rtmp\":0"));
            live.video(5_000, true, 5);
            player.send(PlayerSession::play);
            first(player, 5);
        }
    }

    @Test
    void holdsPlayerUntilMediaExists() throws Exception {
        try (var log = edge.log("live/early")) {
            long session = log.session();
            log.write(Topic.STREAMS,
                    Records.entry("live/early", session, StreamEntry.State.LIVE, List.of(), session));
            edge.awaitKnown("live/early");
            try (RtmpClient player = edge.rtmp("live/early")) {
                log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
                long first = log.write(Topic.PACKETS, Records.video(session, 1, 1_000, true, 1));
                log.write(Topic.STREAMS, Records.entry("live/early", session, StreamEntry.State.LIVE,
                        List.of(Records.TRACKS.getFirst()), first - 1));
                assertThat(player.status()).isEqualTo("NetStream.Play.Reset");
                player.media();
                assertThat(frame(player.media())).isEqualTo(1);
            }
        }
    }

    @Test
    void refusalsHaveDescription() throws Exception {
        try (var live = new LiveStream(edge, "live/said");
                var log = edge.log("live/over")) {
            log.write(Topic.STREAMS, Records.entry("live/over", 9, StreamEntry.State.ENDED));
            edge.awaitKnown("live/over");
            try (RtmpClient stays = edge.rtmp("live/never");
                    ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<String> status = reader.submit(stays::status);
                TestEdge.await(() -> edge.service.heldPlayers() == 1);
                edge.clock.pass(Duration.ofMillis(StreamDirectory.ARRIVAL_MS));
                assertThat(status.get()).isEqualTo("NetStream.Play.StreamNotFound");
                assertThat(stays.status()).as("even if the player does not leave").isEqualTo("closed");
            }
            assertThat(refusal("live/over"))
                    .isEqualTo(new PlayerEvent.Status("NetStream.Play.StreamNotFound", "live/over has ended"));
            assertThat(refusal("live/said?start=-5m")).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed",
                    "RTMP plays what is live; the past is at /live/said.flv?start= and .m3u8?start= by HTTP"));
            assertThat(refusal("live/a$b").code()).isEqualTo("NetStream.Play.StreamNotFound");
            live.end();
        }
    }

    /**
     * A player without Opus receives the video, one that announces it receives both, and one that supports neither is
     * refused with a reason.
     */
    @Test
    void sendsOnlySupportedTracks() throws Exception {
        try (var log = edge.log("live/opus"); var none = edge.log("live/all-opus")) {
            long session = log.session();
            log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
            long first = log.write(Topic.PACKETS, Records.video(session, 1, 1_000, true, 1));
            log.write(Topic.PACKETS, opus(session, 2, 1_010));
            log.write(Topic.PACKETS, Records.video(session, 3, 1_040, false, 2));
            log.write(Topic.STREAMS, Records.entry("live/opus", session, StreamEntry.State.LIVE,
                    List.of(Records.TRACKS.getFirst(), OPUS), first - 1));
            long other = none.session();
            none.write(Topic.STREAMS, Records.entry("live/all-opus", other, StreamEntry.State.LIVE, List.of(OPUS), 0));
            edge.awaitKnown("live/opus");
            edge.awaitKnown("live/all-opus");
            try (var all = new RtmpClient(edge.rtmpPort(), "live/opus", List.of("Opus"), false);
                    RtmpClient picture = edge.rtmp("live/opus")) {
                first(all, 1);
                assertThat(all.media().kind()).isEqualTo(MediaKind.AUDIO);
                first(picture, 1);
                assertThat(frame(picture.media())).as("no audio before the next video frame").isEqualTo(2);
            }
            assertThat(refusal("live/all-opus")).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed",
                    "live/all-opus has nothing but Opus, which needs a player of Enhanced RTMP that names it in fourCcList"));
        }
    }

    /** rtmpdump -B 2 requests 2000 ms from -1000 on. */
    @Test
    void endsAfterRequestedDuration() throws Exception {
        try (var live = new LiveStream(edge, "live/brief"); RtmpClient player = edge.rtmp("live/brief")) {
            first(player, 3);
            player.send(PlayerSession::closeStream);
            assertThat(player.status()).isEqualTo("NetStream.Play.Stop");
            player.send(session -> session.play(2_000));
            first(player, 3);
            live.video(4_999, false, 4);
            live.video(5_000, false, 5);
            assertThat(frame(player.media())).isEqualTo(4);
            assertThat(List.of(player.status(), player.status(), player.status())).containsExactly(
                    "NetStream.Play.UnpublishNotify", "NetStream.Play.Stop", "closed");
        }
    }

    /** A player that joins while the publisher is away receives the tracks with which the publisher returns. */
    @Test
    void playerThatJoinsWithinGraceReceivesTracksOfReturnedPublisher() throws Exception {
        String stream = "live/grace";
        try (var log = edge.log(stream)) {
            long epoch = log.session();
            log.write(Topic.PACKETS, opus(epoch, 0, 0));
            long first = log.write(Topic.PACKETS, opus(epoch, 1, 20));
            StreamEntry before = Records.entry(stream, epoch, StreamEntry.State.LIVE, List.of(OPUS), first - 1);
            log.write(Topic.STREAMS, before);
            edge.awaitKnown(stream);
            try (var watches = new RtmpClient(edge.rtmpPort(), stream, List.of("Opus"), false)) {
                watches.media();
                log.write(Topic.PACKETS, new SessionEnded(epoch, 1, SessionEnded.Reason.DISCONNECTED, ""));
                log.write(Topic.STREAMS, Records.entry(stream, epoch, StreamEntry.State.GRACE, List.of(OPUS), first));
                TestEdge.await(() -> viewers(stream).contains("grace"));
                try (RtmpClient joins = edge.rtmp(stream);
                        ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
                    Future<?> seen = reader.submit(() -> first(joins, 1));
                    TestEdge.await(() -> edge.service.heldPlayers() == 1);
                    long session = log.session();
                    long config = log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
                    log.write(Topic.PACKETS, Records.video(session, 1, 1_000, true, 1));
                    log.write(Topic.STREAMS, returned(before, session, config - 1));
                    seen.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
                    List<String> told = new ArrayList<>();
                    for (PlayerEvent event = watches.next(); event != null; event = watches.next()) {
                        if (event instanceof PlayerEvent.Status(String code, String _)) {
                            told.add(code);
                        }
                    }
                    assertThat(told).as("the player does not support the new codec").containsExactly(
                            "NetStream.Play.PublishNotify",
                            "NetStream.Play.UnpublishNotify", "NetStream.Play.Stop");
                }
            }
        }
    }

    private static final Track OPUS = new Track(0, Packet.Kind.AUDIO, "OPUS",
            Records.hex("4f707573486561640102380180bb0000000000"));

    private static Packet opus(long session, long seq, long timestampMs) {
        return Records.packet(session, seq, Packet.Kind.AUDIO, timestampMs, Packet.Content.OTHER,
                Records.hex("914f707573fc00"));
    }

    /** Returns the directory entry once media of the publisher's next session has been cut. */
    private static StreamEntry returned(StreamEntry e, long session, long sessionOffset) {
        List<StreamEntry.Session> sessions = new ArrayList<>(e.sessions());
        sessions.add(new StreamEntry.Session(session, Records.EPOCH_MS, 0, 0, 0, List.of("avc1.64001f")));
        long startedAtMs = e.span().startedAtMs();
        return new StreamEntry(e.stream(), e.epoch(), StreamEntry.State.LIVE, e.rules(),
                new StreamEntry.Span(e.span().firstOffset(), sessionOffset, startedAtMs, 0),
                Records.newest(session, sessionOffset, startedAtMs, List.of(Records.TRACKS.getFirst())), e.playlist(),
                sessions);
    }

    @Test
    void directsPublishersToIngest() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", edge.rtmpPort())) {
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
    void drainRequestsReconnectOrReportsShutdown() throws Exception {
        EdgeService other = edge.another();
        int otherPort = TestEdge.rtmpPort(other);
        try (var live = new LiveStream(edge, "live/drain")) {
            RtmpClient knows = new RtmpClient(otherPort, "live/drain", List.of(), true);
            RtmpClient stays = new RtmpClient(otherPort, "live/drain");
            first(knows, 3);
            first(stays, 3);
            CompletableFuture<Void> drained = other.drain(Patience.TIME);
            assertThat(knows.status()).isEqualTo("NetConnection.Connect.ReconnectRequest");
            assertThat(drained).as("waits for the player to leave").isNotDone();
            live.video(3_040, false, 4);
            assertThat(frame(knows.media())).as("plays until it leaves").isEqualTo(4);
            knows.close();
            drained.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
            assertThat(frame(stays.media())).isEqualTo(4);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(other::close, Thread::startVirtualThread);
            assertThat(stays.status()).isEqualTo("NetConnection.Connect.AppShutdown");
            stays.close();
            closed.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static double ended() {
        return edge.registry.find("millrace.connections.closed").tags("protocol", "rtmp", "reason", "stream_ended")
                .counters().stream().mapToDouble(Counter::count).sum();
    }

    /** Reads everything before the first video frame, which must be this one. */
    private static PlayerEvent.Media first(RtmpClient player, int frame) throws Exception {
        PlayerEvent.Media media = player.media();
        while (media.kind() != MediaKind.VIDEO || media.body().get(1) == 0) {
            media = player.media();
        }
        assertThat(frame(media)).isEqualTo(frame);
        return media;
    }

    private static PlayerEvent.Status refusal(String stream) throws Exception {
        try (RtmpClient player = edge.rtmp(stream)) {
            PlayerEvent event = player.next();
            player.leave();
            assertThat(player.status()).as("after the refusal").isEqualTo("closed");
            return (PlayerEvent.Status) event;
        }
    }

    private static String viewers(String stream) throws Exception {
        return edge.get("/api/v1/streams/" + stream).body();
    }

    /** Returns the string at the beginning of a data message. */
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
}
