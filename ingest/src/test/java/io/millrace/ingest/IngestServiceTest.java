package io.millrace.ingest;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.ingest.publish.PublishDesk;
import io.millrace.ingest.session.LogWriter;
import io.millrace.ingest.session.OwnerSteps;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.access.AccessRules;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.rtmp.PlayApplication;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.Clip;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The whole ingest service between real sockets and a real broker. */
@SlowTest
class IngestServiceTest {
    private static final String STREAM = "live/show";
    private static final int GRACE_MS = 700;
    /** No running node of these tests loses its lease, however slow the machine is. */
    private static final Duration PATIENT_LEASE = Duration.ofMinutes(5);
    /** All takeovers of one test happen within it. */
    private static final int FLAP_WINDOW_MS = 600_000;
    /** Longer than a broker takes to restart. */
    private static final int DELIVERY_MS = 300_000;
    private static final long DEAD_PROCESS = 77;
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private static TestBroker broker;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private KafkaClients kafka;
    /** Captures the log lines about publishers and sessions, which every test here provokes. */
    private LogCapture log;
    private LogTail packets;
    private LogTail sessions;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.running();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void ownTopics() {
        kafka = broker.clients("t" + PREFIXES.incrementAndGet() + ".");
        packets = open(new LogTail(kafka, Topic.PACKETS));
        sessions = open(new LogTail(kafka, Topic.SESSIONS));
        log = open(new LogCapture(PublishDesk.class, OwnerSteps.class));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable it : opened.reversed()) {
            it.close();
        }
    }

    @Test
    void writesMessagesInOrderUnderSessionNumber() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        publishClip(client(node));
        List<ConsumerRecord<String, LogRecord>> log = packets
                .until(all -> LogTail.of(all, SessionEnded.class, e -> true)
                        .size() == 1);

        assertThat(log).allMatch(r -> r.key().equals(STREAM) && r.partition() == kafka.partitionOf(STREAM));
        assertThat(log.getFirst().value()).isInstanceOfSatisfying(SessionStarted.class, s -> {
            assertThat(s.encoder().node()).isEqualTo("a");
            assertThat(s.encoder().address()).startsWith("127.0.0.1:");
            assertThat(s.rules()).usingRecursiveComparison().ignoringFields("nonce").isEqualTo(rules(GRACE_MS));
            assertThat(s.rules().nonce()).isNotEqualTo(EpochRules.NO_NONCE);
        });
        long session = log.getFirst().offset();
        List<Packet> written = LogTail.of(log, Packet.class, p -> true);
        assertThat(written).allMatch(p -> p.session() == session);
        assertThat(written.stream().map(Packet::seq)).containsExactlyElementsOf(
                LongStream.range(0, written.size()).boxed().toList());
        assertThat(written.stream().map(Packet::body)).containsExactlyElementsOf(
                Clip.TAGS.stream().filter(IngestServiceTest::hasMedia).map(FlvTag::body).toList());
        assertThat(log.getLast().value()).isInstanceOfSatisfying(SessionEnded.class, e -> {
            assertThat(e.session()).isEqualTo(session);
            assertThat(e.reason()).isEqualTo(SessionEnded.Reason.UNPUBLISHED);
        });
        assertThat(states(session, State.ENDED)).containsSubsequence(State.CLAIMED, State.LIVE, State.ENDED);
        assertThat(registry.get("millrace.ingest.packets").tag("kind", "video").counter().count()).isEqualTo(21);
        assertThat(registry.get("millrace.stage.latency").tag("stage", "ingest").timer().count())
                .isEqualTo(written.size());
        assertThat(registry.get("millrace.sessions.active").gauge().value()).isZero();
    }

    /** The newest record of a key is all that compaction retains. */
    @Test
    void restoresEntryOverwrittenByReplacedSegmenter() throws Exception {
        StreamEntry right = directoryEntry(StreamEntry.State.ENDED, 200);
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
            for (StreamEntry entry : List.of(right, directoryEntry(StreamEntry.State.LIVE, 100))) {
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS), kafka.partitionOf(STREAM),
                        StreamKey.of(STREAM, 7), LogCodec.encode(entry))).get();
            }
        }
        LogTail streams = open(new LogTail(kafka, Topic.STREAMS));
        IngestService node = node("a", PATIENT_LEASE);
        List<ConsumerRecord<String, LogRecord>> log = streams.until(all -> all.size() == 3);
        assertThat(log.getLast().value()).isEqualTo(right);
        assertThat(log.getLast().key()).isEqualTo(log.getFirst().key());
        node.close();
    }

    private static StreamEntry directoryEntry(StreamEntry.State state, long lastOffset) {
        return new StreamEntry(STREAM, 7, state, rules(GRACE_MS), new StreamEntry.Span(7, lastOffset, 7, 7),
                new StreamEntry.NewestSession(7, 7, 0, 0, new Encoder("node", "", "192.0.2.1:1"), List.of(), List.of()),
                new StreamEntry.Playlist(2, 3, 0), List.of());
    }

    @Test
    void announcesAddressesUntilDrain() {
        LogTail nodes = open(new LogTail(kafka, Topic.NODES));
        IngestService node = node("a", Duration.ofSeconds(5));
        var announced = nodes.until(IngestNode.class, 1, _ -> true);
        assertThat(announced.getFirst()).isEqualTo(
                new IngestNode("a", new IngestNode.Address(null, node.port()), null, false));
        node.drain(Duration.ofSeconds(1));
        var log = nodes.until(all -> all.stream().anyMatch(record -> record.value() == null));
        assertThat(log).filteredOn(record -> !(record.value() instanceof NodeHeartbeat))
                .allMatch(record -> record.key().equals("a"));
        node.close();
    }

    /** The heartbeat of the process keeps all of its sessions alive; their notices are not repeated. */
    @Test
    void writesOneHeartbeatForAllSessions() throws Exception {
        LogTail nodes = open(new LogTail(kafka, Topic.NODES));
        IngestService node = node("a", PATIENT_LEASE);
        publishClip(client(node));
        long session = sessions.until(SessionNotice.class, 1, n -> n.state() == State.LIVE).getFirst().session();
        int before = nodes.until(NodeHeartbeat.class, 1, _ -> true).size();
        List<NodeHeartbeat> beats = nodes.until(NodeHeartbeat.class, before + 3, _ -> true);
        SessionNotice live = sessions.until(SessionNotice.class, 1, n -> n.session() == session).getFirst();
        assertThat(beats).allMatch(beat -> beat.node().equals("a") && beat.process() == live.process());
        assertThat(states(session, State.LIVE).stream().filter(state -> state == State.LIVE)).hasSize(1);
    }

    @Test
    void drainRefusesNewPublishersAndRequestsReconnects() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        URI url = URI.create("rtmp://127.0.0.1:" + node.port() + "/" + STREAM);
        var asked = new CompletableFuture<Void>();
        RtmpClient knowing = PatientRtmp.publish(url, () -> asked.complete(null));
        RtmpClient other = PatientRtmp.publish(URI.create(url + "2"));
        sendClip(knowing);
        CompletableFuture<Void> drained = node.drain(Duration.ofSeconds(1));

        assertThatThrownBy(() -> PatientRtmp.publish(URI.create(url + "3"))).isInstanceOf(RtmpException.class)
                .hasMessageContaining("The server is shutting down, connect again (NetStream.Failed)");
        asked.get(120, TimeUnit.SECONDS);
        assertThat(drained).as("waits for the one that was asked").isNotDone();
        sendClip(knowing);
        knowing.close();
        drained.get(120, TimeUnit.SECONDS);
        assertThat(packets.until(SessionEnded.class, 1, e -> true)).as("the other goes on").singleElement()
                .satisfies(e -> assertThat(e.reason()).isEqualTo(SessionEnded.Reason.UNPUBLISHED));

        node.close();
        assertThatThrownBy(() -> sendUntilRefused(other))
                .hasMessageContaining("The server is shutting down, connect again");
    }

    @Test
    void declaresGraceOverAndRemovesSession() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        publishClip(client(node));
        long session = packets.until(GraceOver.class, 1, g -> true).getFirst().session();
        List<SessionEnded> ended = packets.until(SessionEnded.class, 1, e -> e.session() == session);
        GraceOver over = packets.until(GraceOver.class, 1, g -> true).getFirst();
        assertThat(over.atMs() - ended.getFirst().endedAtMs()).isGreaterThanOrEqualTo(GRACE_MS);
        awaitTombstone(session);
        assertThat(states(session, State.OVER)).containsSubsequence(State.ENDED, State.OVER);
    }

    @Test
    void newerPublisherTakesOverAtItsFirstPacket() throws Exception {
        IngestService a = node("a", PATIENT_LEASE);
        IngestService b = node("b", PATIENT_LEASE);
        RtmpClient older = client(a);
        sendClip(older);
        long first = live(1).getFirst();
        RtmpClient newer = client(b);
        sessions.until(SessionNotice.class, 1, n -> n.session() > first && n.state() == State.CLAIMED);
        sendClip(older);
        sendClip(newer);
        assertThatThrownBy(() -> sendUntilRefused(older)).isInstanceOf(RtmpException.class)
                .hasMessageContaining("newer publisher");
        List<SessionEnded> ended = packets.until(SessionEnded.class, 1, e -> true);
        assertThat(ended).extracting(SessionEnded::session).containsExactly(first);
        // The older session ends without grace: its GraceOver has no effect, and the newer session continues.
        awaitTombstone(first);
        sendClip(newer);
        packets.until(Packet.class, Clip.TAGS.size() + 1, p -> p.session() > first);
        List<LogRecord> controls = packets.until(LogRecord.class, 2,
                r -> r instanceof GraceOver || r instanceof SessionEnded);
        assertThat(controls).hasSize(2).startsWith(ended.getFirst());
        assertThat(((GraceOver) controls.getLast()).session()).isEqualTo(first);
    }

    @Test
    void refusesThirdTakeoverOnAnyNode() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        IngestService other = node("b", PATIENT_LEASE);
        sendClip(client(node));
        live(1);
        sendClip(client(other));
        live(2);
        var newest = new AtomicReference<>(client(node));
        sendClip(newest.get());
        live(3);
        // The node may not have read the last takeover yet: then it accepts one more, and refuses the next.
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThatThrownBy(() -> newest.set(client(node)))
                .hasMessageContaining("Another publisher has this stream"));
        assertThat(log.texts(Level.INFO))
                .anyMatch(line -> line.contains("is refused: publishers take the stream over"));
        int sessions = live(3).size();
        sendClip(newest.get());
        assertThat(live(sessions)).as("who has the stream goes on").hasSize(sessions);
    }

    @Test
    void ownerEndsSessionOfSilentNode() throws Exception {
        node("a", Duration.ofSeconds(1));
        long session = claimOfDeadNode();
        SessionEnded ended = packets.until(SessionEnded.class, 1, e -> true).getFirst();
        assertThat(ended.session()).isEqualTo(session);
        assertThat(ended.reason()).isEqualTo(SessionEnded.Reason.SUSPECTED);
        assertThat(packets.until(GraceOver.class, 1, g -> true).getFirst().session()).isEqualTo(session);
        awaitTombstone(session);
    }

    @Test
    void newNodeEndsSessionsOfFailedNodes() throws Exception {
        long session = claimOfDeadNode();
        node("a", Duration.ofSeconds(1));
        assertThat(packets.until(GraceOver.class, 1, g -> true).getFirst().session()).isEqualTo(session);
        awaitTombstone(session);
    }

    @Test
    void claimsAgainWithoutDisconnectIfSessionIsOver() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        RtmpClient client = client(node);
        sendClip(client);
        long first = live(1).getFirst();
        SessionNotice notice = sessions.until(SessionNotice.class, 1, n -> n.state() == State.LIVE).getFirst();
        declareOver(notice);
        long second = packets.until(all -> LogTail.of(all, SessionStarted.class, s -> true).size() == 2).stream()
                .filter(r -> r.value() instanceof SessionStarted).skip(1).findFirst().orElseThrow().offset();
        sendClip(client);
        List<Packet> again = packets.until(Packet.class, 40, p -> p.session() == second);
        assertThat(second).isGreaterThan(first);
        assertThat(again.stream().map(Packet::seq)).startsWith(0L, 1L, 2L, 3L);
        assertThat(again.subList(0, 3)).extracting(Packet::kind).containsExactly(Packet.Kind.DATA, Packet.Kind.VIDEO,
                Packet.Kind.AUDIO);
        assertThat(again.subList(1, 3)).allMatch(Packet::isConfig);
        client.close();
        assertThat(packets.until(SessionEnded.class, 1, e -> e.session() == second)).hasSize(1);
    }

    @Test
    void closeEndsSessionsInLog() throws Exception {
        IngestService node = node("a", PATIENT_LEASE);
        sendClip(client(node));
        long session = live(1).getFirst();
        node.close();
        assertThat(packets.until(SessionEnded.class, 1, e -> true)).allMatch(
                e -> e.session() == session && e.reason() == SessionEnded.Reason.CLOSED_BY_SERVER);
        assertThat(states(session, State.ENDED)).endsWith(State.ENDED);
    }

    @Test
    void slowsEncoderWhileKafkaIsUnavailable() throws Exception {
        IngestSettings.Limits small = new IngestSettings.Limits(64 << 10, 1 << 20, 8 << 20, 200, 300_000,
                FLAP_WINDOW_MS, 5_000, DELIVERY_MS);
        IngestService node = node("a", small);
        RtmpClient client = client(node);
        sendClip(client);
        live(1);
        broker.stop();
        ByteBuffer frame = bigFrame();
        int messages = 600;
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < messages; i++) {
                send(client, MediaKind.VIDEO, 2_000 + i, frame.duplicate());
            }
        });
        await().atMost(Duration.ofMinutes(2))
                .until(() -> registry.get("millrace.ingest.pauses").counter().count() > 0);
        await().atMost(Duration.ofMinutes(2)).until(() -> node.checks().stream().anyMatch(c -> !c.probe().get().up()));
        double inFlight = registry.get("millrace.ingest.inflight.bytes").gauge().value();
        assertThat(inFlight).isBetween(64.0 * 1024, 64.0 * 1024 + 1_048_576);
        assertThat(sending).isNotDone();
        broker.start();
        sending.get(120, TimeUnit.SECONDS);
        assertThat(node.checks()).allMatch(c -> c.probe().get().up());
        client.close();
        packets.until(SessionEnded.class, 1, e -> true);
        List<Packet> written = packets.until(Packet.class, messages, p -> p.body().remaining() == frame.remaining());
        assertThat(written).hasSize(messages);
        List<Packet> all = packets.until(Packet.class, 0, p -> true);
        assertThat(all.stream().map(Packet::seq)).containsExactlyElementsOf(
                LongStream.range(0, all.size()).boxed().toList());
    }

    @Test
    void requiresStreamKeyAndRecordsNone(@TempDir Path files) throws Exception {
        Path keys = Files.writeString(files.resolve("keys"), "the-secret-key-of-it: " + STREAM + "\n");
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a",
                new PublicRtmp.Listening(null), rules(GRACE_MS),
                new AccessSettings(keys, null, null), 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT));
        String url = "rtmp://127.0.0.1:" + node.port() + "/live/";
        assertThatThrownBy(() -> PatientRtmp.publish(URI.create(url + "show")))
                .hasMessageContaining("the stream key is not known here (NetStream.Publish.Denied)");
        publishClip(open(PatientRtmp.publish(URI.create(url + "the-secret-key-of-it"))));
        List<ConsumerRecord<String, LogRecord>> log = packets
                .until(all -> LogTail.of(all, SessionEnded.class, e -> true).size() == 1);
        assertThat(log).isNotEmpty().allSatisfy(r -> {
            assertThat(r.key()).isEqualTo(STREAM);
            assertThat(r.value().toString()).doesNotContain("secret");
            if (r.value() instanceof Packet p) {
                assertThat(StandardCharsets.ISO_8859_1.decode(p.body()).toString()).doesNotContain("secret");
            }
        });
        assertThat(sessions.until(SessionNotice.class, 1, n -> n.state() == State.ENDED)).allSatisfy(
                n -> assertThat(n.toString()).doesNotContain("secret"));
        assertThat(registry.getMeters()).allSatisfy(m -> assertThat(m.getId().toString()).doesNotContain("secret"));
        assertThat(registry.get("millrace.ingest.refused").tag("reason", "unknown_key").counter().count()).isEqualTo(1);
        assertThat(closed("refused")).isEqualTo(1);
    }

    @Test
    void closesPublisherOverBitrateCeiling() throws Exception {
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a",
                new PublicRtmp.Listening(null), rules(GRACE_MS),
                AccessSettings.OPEN, 100_000, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT));
        RtmpClient client = client(node);
        sendClip(client);
        live(1);
        ByteBuffer frame = bigFrame();
        assertThatThrownBy(() -> {
            for (int i = 0; i < 10_000; i++) {
                client.send(MediaKind.VIDEO, 2_000 + i, frame.duplicate());
            }
            // The sockets may have accepted all messages before the node reads the first.
            sendUntilRefused(client);
        }).isInstanceOf(RtmpException.class).hasMessageContaining(
                "The bitrate exceeds the limit of 100 kbit/s (NetStream.Publish.Rejected)");
        assertThat(registry.get("millrace.ingest.bitrate.warnings").counter().count()).isEqualTo(1);
        assertThat(packets.until(SessionEnded.class, 1, e -> true)).allMatch(
                e -> e.reason() == SessionEnded.Reason.CLOSED_BY_SERVER && e.detail().contains("bitrate"));
        await().atMost(Duration.ofMinutes(2)).until(() -> closed("bitrate") == 1);
    }

    @Test
    void dropsMessagesOverLimitAndEndsAfterTooMany() throws Exception {
        MediaLimits oneTrack = new MediaLimits(64 << 10, 4_096, 31, 255, 2_048, 8, 1, 2);
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a",
                new PublicRtmp.Listening(null), rules(GRACE_MS),
                AccessSettings.OPEN, 0, oneTrack, IngestSettings.Limits.DEFAULT));
        RtmpClient client = client(node);
        sendClip(client);
        live(1);
        ByteBuffer secondTrack = ByteBuffer.wrap(HexFormat.of().parseHex("95016d7034610121"));
        assertThatThrownBy(() -> {
            for (int i = 0; i < 3; i++) {
                client.send(MediaKind.AUDIO, 2_000 + i, secondTrack.duplicate());
            }
            sendUntilRefused(client);
        }).isInstanceOf(RtmpException.class).hasMessageContaining(
                "Too many malformed messages, the last: Multitrack.tracks: is 2, the limit is 1");
        assertThat(dropped("over_limit")).isEqualTo(3);
        assertThat(dropped("malformed")).isZero();
        assertThat(log.texts(Level.INFO))
                .filteredOn(line -> line.contains("dropped"))
                .as("said once, with the stream's name").singleElement().asString().startsWith("live/show: session ")
                .endsWith(" sends messages that are dropped as over_limit: Multitrack.tracks: is 2, the limit is 1");
        await().atMost(Duration.ofMinutes(2)).until(() -> closed("malformed") == 1);
        packets.until(SessionEnded.class, 1, e -> true);
        assertThat(packets.until(Packet.class, 1, p -> true)).allMatch(p -> p.track() == 0);
    }

    private double dropped(String reason) {
        return registry.get("millrace.dropped").tag("stage", "ingest").tag("reason", reason).counter().count();
    }

    @Test
    void refusesAndDisconnectsPublishersOnFullDisk() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        var settings = new IngestSettings(PatientRtmp.listen(), "a", new PublicRtmp.Listening(null),
                rules(GRACE_MS), AccessSettings.OPEN, 0,
                MediaLimits.DEFAULT, new IngestSettings.Limits(4 << 20, 16 << 20, 64 << 20, 200, 5_000, 30_000, 5_000,
                        30_000));
        IngestService node = open(IngestService.start(
                IngestListeners.open(settings, registry, ServerSockets.NONE_NAMED), PlayApplication.none("none"),
                open(Kicks.start(kafka, "a", InstantSource.system(), new KickMeters(registry),
                        IngestServiceTest::fail)),
                kafka, full::get, IngestServiceTest::fail));
        RtmpClient client = client(node);
        sendClip(client);
        full.set(true);
        assertThatThrownBy(() -> sendUntilRefused(client)).hasMessageContaining("disk is nearly full");
        await().untilAsserted(() -> assertThat(closed("disk_full")).isEqualTo(1));
        assertThatThrownBy(() -> client(node)).hasMessageContaining("disk is nearly full");
        assertThat(registry.get("millrace.ingest.refused").tag("reason", "disk_full").counter().count()).isEqualTo(1);
        full.set(false);
        publishClip(client(node));
    }

    /** Each epoch is an entry of the directory, whether its name is new or its session has other tracks. */
    @Test
    void limitsSessionsThatMayBeginAnotherEpoch() throws Exception {
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a",
                new PublicRtmp.Listening(null), () -> ApplicationRules.same(rules(GRACE_MS)), AccessRules.OPEN, 0,
                MediaLimits.DEFAULT,
                new NameLimits(2, 100, 100), IngestSettings.Limits.DEFAULT));
        publishClip(client(node));
        publishClip(client(node));
        RtmpClient third = client(node);
        assertThatThrownBy(() -> {
            sendClip(third);
            sendUntilRefused(third);
        }).hasMessageContaining("Too many new streams from your address");
        assertThat(registry.get("millrace.ingest.refused").tag("reason", "too_many_names").counter().count())
                .isEqualTo(1);
    }

    @Test
    void epochsHaveTheRulesOfTheirApplicationAndOfTheirTime() throws Exception {
        var current = new AtomicReference<>(rulesOf("radio", 6_000));
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a", new PublicRtmp.Listening(null),
                current::get, AccessRules.OPEN, 0, MediaLimits.DEFAULT, NameLimits.DEFAULT,
                IngestSettings.Limits.DEFAULT));
        String url = "rtmp://127.0.0.1:" + node.port() + "/";
        open(PatientRtmp.publish(URI.create(url + "radio/one")));
        open(PatientRtmp.publish(URI.create(url + "live/one")));
        assertThat(registry.get("millrace.ingest.segment.target").gauge().value()).isEqualTo(6);
        current.set(rulesOf("radio", 7_000));
        open(PatientRtmp.publish(URI.create(url + "radio/two")));
        Map<String, Integer> segmentMs = packets.until(all -> all.size() >= 3).stream()
                .filter(record -> record.value() instanceof SessionStarted).collect(Collectors.toMap(
                        ConsumerRecord::key, record -> ((SessionStarted) record.value()).rules().segmentTargetMs()));
        assertThat(segmentMs).isEqualTo(Map.of("radio/one", 6_000, "live/one", rules(GRACE_MS).segmentTargetMs(),
                "radio/two", 7_000));
    }

    private static ApplicationRules rulesOf(String application, int segmentMs) {
        return new ApplicationRules(rules(GRACE_MS), List.of(new ApplicationRules.Application(
                new StreamPattern(application),
                new EpochRules(EpochRules.CURRENT_VERSION, segmentMs, 500, 30_000, GRACE_MS, List.of(Format.CMAF)))));
    }

    @Test
    void limitsNewNamesPerAddressButNotNamesInUse() throws Exception {
        IngestService node = node(new IngestSettings(PatientRtmp.listen(), "a",
                new PublicRtmp.Listening(null), () -> ApplicationRules.same(rules(GRACE_MS)), AccessRules.OPEN, 0,
                MediaLimits.DEFAULT,
                new NameLimits(2, 100, 100), IngestSettings.Limits.DEFAULT));
        String url = "rtmp://127.0.0.1:" + node.port() + "/live/";
        open(PatientRtmp.publish(URI.create(url + "a")));
        open(PatientRtmp.publish(URI.create(url + "b")));
        assertThatThrownBy(() -> PatientRtmp.publish(URI.create(url + "c"))).hasMessageContaining(
                "Too many new stream names from your address").hasMessageContaining("NetStream.Publish.Rejected");
        open(PatientRtmp.publish(URI.create(url + "a")));
        assertThat(registry.get("millrace.ingest.refused").tag("reason", "too_many_names").counter().count())
                .isEqualTo(1);
    }

    @Test
    void expiredEpochLeavesDirectory() throws Exception {
        LogTail streams = open(new LogTail(kafka, Topic.STREAMS));
        int partition = kafka.partitionOf(STREAM);
        try (var producer = kafka.producer("test", 32 << 20); var admin = kafka.admin("test")) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS), partition, STREAM,
                        LogCodec.encode(new GraceOver(0, 0)))).get();
            }
            for (int epoch : new int[]{2, 6}) {
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS), partition,
                        StreamKey.of(STREAM, epoch), LogCodec.encode(ended(epoch, epoch + 2)))).get();
            }
            admin.deleteRecords(Map.of(kafka.partition(Topic.PACKETS, partition), RecordsToDelete.beforeOffset(5)))
                    .all().get();
        }
        node("a", PATIENT_LEASE);
        List<ConsumerRecord<String, LogRecord>> all = streams
                .until(read -> read.stream().anyMatch(r -> r.value() == null));
        assertThat(all).last().extracting(ConsumerRecord::key).isEqualTo(StreamKey.of(STREAM, 2));
        ConsumerRecord<String, LogRecord> before = all.get(all.size() - 2);
        assertThat(before.key()).isEqualTo(STREAM);
        assertThat(before.value()).isEqualTo(new StreamExpiry(STREAM, 0, 2, 0));
        await().untilAsserted(() -> assertThat(registry.get("millrace.ingest.names").gauge().value()).isEqualTo(1));
    }

    private static StreamEntry ended(long epoch, long lastOffset) {
        return new StreamEntry(STREAM, epoch, StreamEntry.State.ENDED, rules(GRACE_MS),
                new StreamEntry.Span(epoch, lastOffset, 0, 0),
                new StreamEntry.NewestSession(epoch, epoch, 0, 0, new Encoder("b", "", "192.0.2.1:5000"), List.of(),
                        List.of()),
                new StreamEntry.Playlist(2, 1, 0), List.of());
    }

    private static void fail(String what, Throwable cause) {
        throw new AssertionError(what, cause);
    }

    private double closed(String reason) {
        return registry.get("millrace.connections.closed").tag("reason", reason).counter().count();
    }

    private IngestService node(String id, Duration lease) {
        return node(id, new IngestSettings.Limits(4 << 20, 16 << 20, 64 << 20, 200, (int) lease.toMillis(),
                FLAP_WINDOW_MS, 5_000, DELIVERY_MS));
    }

    private IngestService node(String id, IngestSettings.Limits limits) {
        return node(
                new IngestSettings(PatientRtmp.listen(), id, new PublicRtmp.Listening(null), rules(GRACE_MS),
                        AccessSettings.OPEN, 0, MediaLimits.DEFAULT, limits));
    }

    private IngestService node(IngestSettings settings) {
        return open(IngestService.start(settings, kafka,
                settings.nodeId().equals("a") ? registry : new SimpleMeterRegistry(), (what, cause) -> {
                    throw new AssertionError(what, cause);
                }));
    }

    private static EpochRules rules(int graceMs) {
        return new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, graceMs, List.of(Format.TS));
    }

    private RtmpClient client(IngestService node) throws RtmpException {
        return open(PatientRtmp.publish(URI.create("rtmp://127.0.0.1:" + node.port() + "/" + STREAM)));
    }

    private static void publishClip(RtmpClient client) {
        sendClip(client);
        client.close();
    }

    private static void sendClip(RtmpClient client) {
        try {
            Clip.send(client);
        } catch (RtmpException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sendUntilRefused(RtmpClient client) throws RtmpException {
        FlvTag tag = Clip.TAGS.stream().filter(t -> t.type() == FlvTag.Type.AUDIO).reduce((_, t) -> t).orElseThrow();
        for (long deadline = System.nanoTime() + 120_000_000_000L; System.nanoTime() < deadline;) {
            client.send(MediaKind.AUDIO, tag.timestampMs(), tag.body().duplicate());
        }
    }

    private static void send(RtmpClient client, MediaKind kind, long timestampMs, ByteBuffer body) {
        try {
            client.send(kind, timestampMs, body);
        } catch (RtmpException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The end of sequence does not become a packet. */
    private static boolean hasMedia(FlvTag tag) {
        return tag.type() != FlvTag.Type.VIDEO || tag.body().get(tag.body().position() + 1) != 2;
    }

    /** Returns an inter frame of 20 kB. */
    private static ByteBuffer bigFrame() {
        ByteBuffer frame = ByteBuffer.allocate(20_000);
        frame.put(new byte[]{0x27, 1, 0, 0, 0}).putInt(frame.capacity() - 9).put((byte) 0x41);
        return frame.rewind();
    }

    /** Returns the first {@code count} sessions that became live. */
    private List<Long> live(int count) {
        sessions.until(all -> LogTail.of(all, SessionNotice.class, n -> n.state() == State.LIVE).stream()
                .map(SessionNotice::session).distinct().count() >= count);
        return sessions.until(SessionNotice.class, 1, n -> n.state() == State.LIVE).stream()
                .map(SessionNotice::session).distinct().toList();
    }

    private List<State> states(long session, State last) {
        sessions.until(SessionNotice.class, 1, n -> n.session() == session && n.state() == last);
        return sessions.until(SessionNotice.class, 1, n -> n.session() == session).stream().map(SessionNotice::state)
                .toList();
    }

    private void awaitTombstone(long session) {
        sessions.until(all -> all.stream()
                .anyMatch(r -> r.value() == null && r.key().equals(StreamKey.of(STREAM, session))));
    }

    /** Writes the log that a node leaves if it is killed during a publish. */
    private long claimOfDeadNode() throws Exception {
        try (LogWriter dead = LogWriter.start(kafka, "dead", 1 << 20, 16 << 10)) {
            var claimed = new CompletableFuture<Long>();
            dead.packets(
                    kafka.partitionOf(STREAM), STREAM, new SessionStarted(SessionStarted.Role.PRIMARY,
                            new Encoder("dead", "", "127.0.0.1:1"), 1, rules(GRACE_MS)),
                    (offset, failure) -> claimed.complete(offset));
            long session = claimed.get(120, TimeUnit.SECONDS);
            note(dead, new SessionNotice(STREAM, session, State.LIVE, new Encoder("dead", "", "127.0.0.1:1"), 1, 1,
                    GRACE_MS, DEAD_PROCESS));
            return session;
        }
    }

    private void declareOver(SessionNotice notice) throws Exception {
        try (LogWriter owner = LogWriter.start(kafka, "owner", 1 << 20, 16 << 10)) {
            var written = new CompletableFuture<Long>();
            owner.packets(kafka.partitionOf(STREAM), STREAM, new GraceOver(notice.session(), 1),
                    (offset, failure) -> written.complete(offset));
            written.get(120, TimeUnit.SECONDS);
            note(owner, notice.in(State.OVER, 1));
        }
    }

    private static void note(LogWriter log, SessionNotice notice) throws Exception {
        var written = new CompletableFuture<Long>();
        log.notice(notice, (offset, failure) -> written.complete(offset));
        assertThat(written.get(120, TimeUnit.SECONDS)).isNotNegative();
    }

    private <T extends AutoCloseable> T open(T it) {
        opened.add(it);
        return it;
    }
}
