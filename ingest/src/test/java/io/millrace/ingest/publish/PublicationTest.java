package io.millrace.ingest.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.ClockSkew;
import io.millrace.ingest.session.Clocks;
import io.millrace.ingest.session.LogOverMock;
import io.millrace.ingest.session.LogWriter;
import io.millrace.media.amf.Amf0Writer;
import io.millrace.media.amf.AmfValue;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

import static org.assertj.core.api.Assertions.assertThat;

/** A publication between an event loop that runs when the test says so, and a log that answers when the test says so. */
class PublicationTest {
    private static final String STREAM = "live/show";
    private static final byte[] AAC_CONFIG = {(byte) 0xaf, 0, 0x12, 0x10};
    private static final byte[] AAC_FRAME = {(byte) 0xaf, 1, 1, 2, 3};
    private static final byte[] AVC_CONFIG = HexFormat.of()
            .parseHex("1700000000"
                    + "0142c00dffe100196742c00dd901419f9f0110000003001000000303c0f142a48001000568cb83cb20");
    private static final byte[] AVC_KEYFRAME = HexFormat.of().parseHex("1701000000" + "0000000165");
    /** hvcC of x265, in an Enhanced RTMP sequence start. */
    private static final byte[] HEVC_CONFIG = HexFormat.of().parseHex("9068766331" + """
            0101600000009000000000001ef000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003001e95\
            9009210001002b42010101600000030090000003000003001ea0162061c449965644a4c2f016808000000300800000030284\
            22000100064401c073c189""");
    private static final Instant START = Instant.ofEpochSecond(1_000);

    private Instant now = START;
    private final InstantSource clock = () -> now;
    private final MockProducer<String, byte[]> kafka = new MockProducer<>(false, new RoundRobinPartitioner(),
            new StringSerializer(), new ByteArraySerializer());
    private final KafkaClients clients = new KafkaClients(
            new KafkaSettings("nowhere:1", "", 1, 1, 86_400_000, 1L << 30, Map.of()));
    private final LogWriter log = LogOverMock.of(clients, kafka);
    private final OrphanedSessions orphans = new OrphanedSessions(1, log, _ -> 0, clock);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final SwitchProbe encoder = new SwitchProbe(loop::add);
    private final ByteBudget budget = new ByteBudget(1_000);
    /** Why no epoch with other tracks may begin, null if it may. */
    private String refusal;
    private final Publication publication = publication();
    private final CompletableFuture<PublishAnswer> answer = publication.claim().toCompletableFuture();

    private Publication publication() {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 700, List.of(Format.TS));
        var context = new PublishContext(MediaLimits.DEFAULT, 0, orphans,
                new Clocks(clock, clock::millis, new ClockSkew()), new IngestMeters(registry),
                new PeerLog(NOPLogger.NOP_LOGGER), new Random(1));
        var records = new SessionRecords(log, clock, new SessionRecords.Source(STREAM, 0,
                new Encoder("a", "", "127.0.0.1:5000"), 1),
                new SessionRecords.Start(clock.millis(), 700, rules, -1));
        return new Publication(records, encoder, new Valve(encoder, List.of(budget), context.meters()::paused),
                new TrackGate(false, _ -> Optional.ofNullable(refusal)), context);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
    }

    private void send(byte[] body) {
        audio(0, body);
    }

    private void audio(long timestampMs, byte[] body) {
        publication.message(PublishSink.Kind.AUDIO, timestampMs, ByteBuffer.wrap(body));
    }

    private void video(long timestampMs, byte[] body) {
        publication.message(PublishSink.Kind.VIDEO, timestampMs, ByteBuffer.wrap(body));
    }

    /** Sends onMetaData with these keys, each of which is a number. */
    private void describe(String... keys) {
        var out = new ByteWriter();
        new Amf0Writer(out).values(List.of(new AmfValue.Text("onMetaData"), AmfValue.EcmaArray.of(Stream.of(keys)
                .map(key -> AmfValue.field(key, 10)).toArray(AmfValue.Field[]::new))));
        publication.message(PublishSink.Kind.DATA, 0, ByteBuffer.wrap(out.toByteArray()));
    }

    private void passMs(long ms) {
        now = now.plusMillis(ms);
        publication.proxy().repeat();
        runLoop();
    }

    /** The log takes everything that was written. */
    private void acknowledge() {
        while (kafka.completeNext()) {
            runLoop();
        }
    }

    private void becomeLive() {
        acknowledge();
        sendConfigs();
        acknowledge();
    }

    private void sendConfigs() {
        video(0, AVC_CONFIG);
        send(AAC_CONFIG);
    }

    /** The records of {@code packets} in short: {@code claim}, {@code AVC+AAC}, {@code config0}, {@code frame0}, {@code end0}. */
    private List<String> story() {
        return written(Topic.PACKETS).stream().map(record -> switch (record) {
            case SessionStarted _ -> "claim";
            case SessionTracks(long session, TrackSet tracks) -> tracks.video() + "+" + tracks.audio() + "@" + session;
            case Packet packet ->
                (packet.kind() == Packet.Kind.DATA ? "data" : packet.isConfig() ? "config" : "frame") + "@"
                        + packet.session() + "." + packet.seq();
            case SessionEnded ended -> "end@" + ended.session();
            default -> record.toString();
        }).toList();
    }

    private List<LogRecord> written(Topic topic) {
        return kafka.history().stream().filter(r -> r.topic().equals(clients.settings().topic(topic)))
                .map(r -> LogCodec.decode(ByteBuffer.wrap(r.value()))).toList();
    }

    private List<SessionNotice.State> notices() {
        return written(Topic.SESSIONS).stream().map(r -> ((SessionNotice) r).state()).toList();
    }

    private double active() {
        return registry.get("millrace.sessions.active").gauge().value();
    }

    private SessionNotice notice(long session, SessionNotice.State state) {
        return new SessionNotice(STREAM, session, state, new Encoder("b", "", "127.0.0.1:6000"), 1, 1, 700, 2);
    }

    @Test
    void answersWhenClaimIsInLog() {
        assertThat(written(Topic.PACKETS)).singleElement().isInstanceOf(SessionStarted.class);
        assertThat(answer).isNotDone();
        acknowledge();
        assertThat(answer.join()).isEqualTo(new PublishAnswer.Accepted(publication));
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED);
        assertThat(active()).isEqualTo(1);
    }

    @Test
    void writesPacketsWithoutTask() {
        becomeLive();
        for (int i = 0; i < 10; i++) {
            send(AAC_FRAME);
        }
        assertThat(written(Topic.PACKETS)).filteredOn(Packet.class::isInstance).hasSize(12);
        while (kafka.completeNext()) {
            assertThat(loop).as("an acknowledgement wakes nobody").isEmpty();
        }
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void notesLiveWhenFirstPacketIsInLog() {
        acknowledge();
        sendConfigs();
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED);
        acknowledge();
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED, SessionNotice.State.LIVE);
    }

    @Test
    void lostBatchEndsSessionOnce() {
        becomeLive();
        for (int i = 0; i < 5; i++) {
            send(AAC_FRAME);
        }
        for (int i = 0; i < 5; i++) {
            kafka.errorNext(new TimeoutException("no leader"));
        }
        assertThat(loop).hasSize(1);
        runLoop();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.PACKET_LOST);
        acknowledge();
        assertThat(written(Topic.PACKETS)).filteredOn(SessionEnded.class::isInstance).singleElement()
                .isEqualTo(new SessionEnded(0, clock.millis(), SessionEnded.Reason.CLOSED_BY_SERVER,
                        "the log did not accept a packet: no leader"));
        assertThat(registry.get("millrace.ingest.failures").counter().count()).isEqualTo(1);
        assertThat(publication.proxy().finished()).isDone();
        assertThat(active()).isZero();
    }

    @Test
    void ignoresEncoderAfterEnd() {
        becomeLive();
        publication.ended(PublishSink.End.UNPUBLISHED, "ended by the encoder");
        int records = kafka.history().size();
        send(AAC_FRAME);
        publication.ended(PublishSink.End.DISCONNECTED, "again");
        assertThat(kafka.history()).hasSize(records);
        assertThat(encoder.closedWith).isNull();
    }

    @Test
    void isFinishedWhenNoticeOfEndIsInLog() {
        becomeLive();
        publication.ended(PublishSink.End.DISCONNECTED, "");
        kafka.completeNext();
        runLoop();
        assertThat(notices()).endsWith(SessionNotice.State.ENDED);
        assertThat(publication.proxy().finished()).isNotDone();
        acknowledge();
        assertThat(publication.proxy().finished()).isDone();
    }

    @Test
    void commandsOfOtherThreadsWaitForEventLoop() {
        becomeLive();
        publication.proxy().shutDown();
        publication.proxy().repeat();
        assertThat(loop).hasSize(1);
        assertThat(encoder.closedWith).isNull();
        runLoop();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.SHUTDOWN);
        acknowledge();
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED, SessionNotice.State.LIVE,
                SessionNotice.State.ENDED);
    }

    @Test
    void operatorDisconnectsPublisher() {
        becomeLive();
        publication.proxy().kicked();
        runLoop();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.KICKED);
        acknowledge();
        assertThat(notices()).endsWith(SessionNotice.State.ENDED);
        assertThat(publication.proxy().finished()).isDone();
    }

    @Test
    void pausesReadingWhileClaimingAgain() {
        becomeLive();
        publication.proxy().onNotice(notice(0, SessionNotice.State.OVER));
        runLoop();
        assertThat(encoder.reading).isFalse();
        assertThat(active()).isZero();
        send(AAC_FRAME);
        acknowledge();
        assertThat(encoder.reading).isTrue();
        List<Packet> packets = written(Topic.PACKETS).stream().filter(Packet.class::isInstance).map(Packet.class::cast)
                .toList();
        long again = packets.getLast().session();
        assertThat(again).isPositive();
        assertThat(packets).filteredOn(p -> p.session() == again).extracting(Packet::isConfig)
                .containsExactly(true, true, false);
        assertThat(active()).isEqualTo(1);
    }

    /** It stayed connected, was not read and heard nothing. */
    @Test
    void closesEncoderTakenOverDuringRepeatedClaim() {
        becomeLive();
        publication.proxy().onNotice(notice(0, SessionNotice.State.OVER));
        publication.proxy().onNotice(notice(1, SessionNotice.State.LIVE));
        runLoop();
        assertThat(encoder.closedWith).isNull();
        acknowledge();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.TAKEN_OVER);
        assertThat(registry.get("millrace.ingest.takeovers").counter().count()).isEqualTo(1);
        assertThat(publication.proxy().finished()).isDone();
    }

    @Test
    void refusesEncoderIfClaimFails() {
        kafka.errorNext(new TimeoutException("no leader"));
        runLoop();
        assertThat(answer.join())
                .isEqualTo(new PublishAnswer.Refused(PublishEnd.CLAIM_FAILED, PublicationEnd.LOG_OUT_OF_REACH));
        assertThat(publication.proxy().finished()).isDone();
        assertThat(active()).isZero();
    }

    @Test
    void hangingEventLoopEndsPublication() {
        becomeLive();
        for (int i = 0; i < 5_000; i++) {
            publication.proxy().onNotice(notice(0, SessionNotice.State.LIVE));
        }
        runLoop();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.INTERNAL_ERROR);
        assertThat(written(Topic.PACKETS)).last().isInstanceOfSatisfying(SessionEnded.class,
                e -> assertThat(e.detail()).isEqualTo("the event loop hangs"));
    }

    /** Before the first packet, because the session takes over with them. */
    @Test
    void writesTracksBeforeFirstPacket() {
        video(0, AVC_CONFIG);
        send(AAC_CONFIG);
        assertThat(story()).containsExactly("claim");
        acknowledge();
        assertThat(story()).containsExactly("claim", "AVC+AAC@0", "config@0.0", "config@0.1");
    }

    @Test
    void waitsForSecondTrackForOneSecondOfMedia() {
        acknowledge();
        video(0, AVC_CONFIG);
        video(40, AVC_KEYFRAME);
        video(1_039, AVC_KEYFRAME);
        assertThat(story()).containsExactly("claim");
        video(1_040, AVC_KEYFRAME);
        assertThat(story()).containsExactly("claim", "AVC+null@0", "config@0.0", "frame@0.1", "frame@0.2", "frame@0.3");
    }

    @Test
    void doesNotWaitForUnannouncedTrack() {
        acknowledge();
        describe("audiocodecid");
        send(AAC_CONFIG);
        assertThat(story()).containsExactly("claim");
        send(AAC_FRAME);
        assertThat(story()).containsExactly("claim", "null+AAC@0", "data@0.0", "config@0.1", "frame@0.2");
    }

    @Test
    void waitsForAnnouncedTrack() {
        acknowledge();
        describe("audiocodecid", "videocodecid");
        send(AAC_CONFIG);
        send(AAC_FRAME);
        assertThat(story()).containsExactly("claim");
        video(0, AVC_CONFIG);
        assertThat(story()).startsWith("claim", "AVC+AAC@0", "data@0.0");
    }

    @Test
    void waitsForTwoSecondsByClock() {
        acknowledge();
        send(AAC_CONFIG);
        passMs(1_999);
        assertThat(story()).containsExactly("claim");
        passMs(1);
        assertThat(story()).containsExactly("claim", "null+AAC@0", "config@0.0");
    }

    @Test
    void holdsOneMebibyteAtMost() {
        acknowledge();
        video(0, AVC_CONFIG);
        byte[] large = Arrays.copyOf(AVC_KEYFRAME, 250_000);
        ByteBuffer.wrap(large).putInt(5, large.length - 9);
        for (int i = 0; i < 4; i++) {
            video(0, large);
        }
        assertThat(story()).containsExactly("claim");
        video(0, large);
        assertThat(story()).hasSize(8);
    }

    /** Its session begins, but its tracks are said when it has any. */
    @Test
    void writesNoTracksOfPublisherWithoutMedia() {
        acknowledge();
        describe();
        passMs(2_000);
        assertThat(story()).containsExactly("claim", "data@0.0");
        acknowledge();
        sendConfigs();
        acknowledge();
        assertThat(story()).containsSubsequence("data@0.0", "claim", "AVC+AAC@2", "data@2.0", "config@2.1",
                "config@2.2");
    }

    @Test
    void writesHeldPacketsWhenEncoderLeaves() {
        acknowledge();
        send(AAC_CONFIG);
        publication.ended(PublishSink.End.UNPUBLISHED, "");
        assertThat(story()).containsExactly("claim", "null+AAC@0", "config@0.0", "end@0");
    }

    @Test
    void claimsAgainWhenTrackAppears() {
        acknowledge();
        describe("videocodecid");
        video(0, AVC_CONFIG);
        video(0, AVC_KEYFRAME);
        acknowledge();
        assertThat(story()).startsWith("claim", "AVC+null@0");
        send(AAC_CONFIG);
        assertThat(encoder.reading).isFalse();
        video(40, AVC_KEYFRAME);
        acknowledge();
        assertThat(encoder.reading).isTrue();
        assertThat(encoder.closedWith).isNull();
        long again = lastSession();
        assertThat(story()).containsSubsequence("claim", "AVC+AAC@" + again, "data@" + again + ".0",
                "config@" + again + ".1",
                "config@" + again + ".2", "frame@" + again + ".3", "end@0");
        assertThat(notices()).containsSubsequence(SessionNotice.State.CLAIMED, SessionNotice.State.ENDED,
                SessionNotice.State.LIVE);
        assertThat(active()).isEqualTo(1);
        assertThat(registry.get("millrace.ingest.track.changes").counter().count()).isEqualTo(1);
    }

    private long lastSession() {
        return written(Topic.PACKETS).stream().filter(Packet.class::isInstance).mapToLong(r -> ((Packet) r).session())
                .max()
                .orElseThrow();
    }

    /** The configuration of the former codec is not repeated: players of the new one would fail at it. */
    @Test
    void claimsAgainWhenCodecChanges() {
        becomeLive();
        video(0, HEVC_CONFIG);
        acknowledge();
        long again = lastSession();
        assertThat(again).isPositive();
        assertThat(story()).containsSubsequence("HEVC+AAC@" + again, "config@" + again + ".0",
                "config@" + again + ".1");
        assertThat(written(Topic.PACKETS)).filteredOn(r -> r instanceof Packet p && p.session() == again)
                .extracting(r -> ((Packet) r).body())
                .containsExactly(ByteBuffer.wrap(AAC_CONFIG), ByteBuffer.wrap(HEVC_CONFIG));
    }

    @Test
    void endsWhenTracksChangeTooOften() {
        becomeLive();
        refusal = "too many";
        for (int ms = 0; ms <= 10_500; ms += 500) {
            video(ms, AVC_KEYFRAME);
        }
        acknowledge();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.OVER_LIMIT);
        assertThat(story()).filteredOn(record -> record.startsWith("AVC+")).containsExactly("AVC+AAC@0");
        assertThat(active()).isZero();
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void claimsAgainWhenTrackFallsSilentAndWhenItReturns() {
        becomeLive();
        send(AAC_FRAME);
        for (int ms = 0; ms <= 10_000; ms += 500) {
            video(ms, AVC_KEYFRAME);
        }
        assertThat(encoder.reading).isTrue();
        video(10_500, AVC_KEYFRAME);
        assertThat(encoder.reading).isFalse();
        acknowledge();
        long silent = lastSession();
        assertThat(story()).containsSubsequence("AVC+null@" + silent, "config@" + silent + ".0",
                "frame@" + silent + ".1");

        now = now.plusMillis(9_999);
        audio(10_510, AAC_FRAME);
        acknowledge();
        assertThat(lastSession()).as("within ten seconds").isEqualTo(silent);
        assertThat(registry.get("millrace.dropped").tag("reason", "other_track").counter().count()).isEqualTo(1);
        now = now.plusMillis(1);
        audio(10_530, AAC_FRAME);
        acknowledge();
        long both = lastSession();
        assertThat(both).isGreaterThan(silent);
        assertThat(story()).containsSubsequence("AVC+AAC@" + both, "config@" + both + ".0", "config@" + both + ".1",
                "frame@" + both + ".2");
    }

    /** The heartbeats of the process go on, so no other node would write the end. */
    @Test
    void endOfReplacedSessionIsRepeatedUntilTheLogTakesIt() {
        becomeLive();
        video(0, HEVC_CONFIG);
        while (!story().contains("end@0")) {
            assertThat(kafka.completeNext()).isTrue();
            runLoop();
        }
        while (kafka.errorNext(new TimeoutException("no leader"))) {
            runLoop();
        }
        orphans.end();
        acknowledge();
        assertThat(story()).filteredOn("end@0"::equals).hasSize(2);
        assertThat(written(Topic.SESSIONS)).filteredOn(r -> ((SessionNotice) r).session() == 0).last()
                .extracting(r -> ((SessionNotice) r).state()).isEqualTo(SessionNotice.State.ENDED);
        orphans.end();
        assertThat(story()).filteredOn("end@0"::equals).hasSize(2);
    }

    @Test
    void endsBothSessionsIfEncoderLeavesDuringTrackChange() {
        becomeLive();
        video(0, HEVC_CONFIG);
        publication.ended(PublishSink.End.DISCONNECTED, "");
        acknowledge();
        assertThat(story()).endsWith("claim", "end@0", "end@4");
        assertThat(publication.proxy().finished()).isDone();
        assertThat(active()).isZero();
    }
}
