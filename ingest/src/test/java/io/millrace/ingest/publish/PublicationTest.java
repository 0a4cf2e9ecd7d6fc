package io.millrace.ingest.publish;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.LogOverMock;
import io.millrace.ingest.session.LogWriter;
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
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    private final MockProducer<String, byte[]> kafka = new MockProducer<>(false, new RoundRobinPartitioner(),
            new StringSerializer(), new ByteArraySerializer());
    private final KafkaClients clients = new KafkaClients(
            new KafkaSettings("nowhere:1", "", 1, 1, 86_400_000, 1L << 30, Map.of()));
    private final LogWriter log = LogOverMock.of(clients, kafka);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final SwitchProbe encoder = new SwitchProbe(loop::add);
    private final ByteBudget budget = new ByteBudget(1_000);
    private final Publication publication = publication();
    private final CompletableFuture<PublishAnswer> answer = publication.claim().toCompletableFuture();

    private Publication publication() {
        EpochRules rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 700, List.of(Format.TS));
        var context = new PublishContext(MediaLimits.DEFAULT, 0, new OrphanedSessions(1, log, _ -> 0, CLOCK), CLOCK,
                CLOCK::millis, new IngestMeters(registry),
                new PeerLog(NOPLogger.NOP_LOGGER));
        var records = new SessionRecords(log, CLOCK, new SessionRecords.Source(STREAM, 0,
                new Encoder("a", "", "127.0.0.1:5000"), 1),
                new SessionRecords.Start(CLOCK.millis(), 700, rules));
        return new Publication(records, encoder, new Valve(encoder, List.of(budget), context.meters()::paused),
                context);
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
        publication.message(PublishSink.Kind.AUDIO, 0, ByteBuffer.wrap(body));
    }

    /** The log takes everything that was written. */
    private void acknowledge() {
        while (kafka.completeNext()) {
            runLoop();
        }
    }

    private void becomeLive() {
        acknowledge();
        send(AAC_CONFIG);
        acknowledge();
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
    void answersWhenTheClaimIsInTheLogAndWritesNothingBefore() {
        assertThat(written(Topic.PACKETS)).singleElement().isInstanceOf(SessionStarted.class);
        assertThat(answer).isNotDone();
        acknowledge();
        assertThat(answer.join()).isEqualTo(new PublishAnswer.Accepted(publication));
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED);
        assertThat(active()).isEqualTo(1);
    }

    @Test
    void aPacketGoesFromTheEventLoopToTheProducerWithoutATask() {
        becomeLive();
        for (int i = 0; i < 10; i++) {
            send(AAC_FRAME);
        }
        assertThat(written(Topic.PACKETS)).filteredOn(Packet.class::isInstance).hasSize(11);
        while (kafka.completeNext()) {
            assertThat(loop).as("an acknowledgement wakes nobody").isEmpty();
        }
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void notesThatItIsLiveWhenItsFirstPacketIsInTheLog() {
        acknowledge();
        send(AAC_CONFIG);
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED);
        acknowledge();
        assertThat(notices()).containsExactly(SessionNotice.State.CLAIMED, SessionNotice.State.LIVE);
    }

    @Test
    void aBatchThatIsLostEndsTheSessionOnceAndTellsTheEncoder() {
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
                .isEqualTo(new SessionEnded(0, CLOCK.millis(), SessionEnded.Reason.CLOSED_BY_SERVER,
                        "the log did not accept a packet: no leader"));
        assertThat(registry.get("millrace.ingest.failures").counter().count()).isEqualTo(1);
        assertThat(publication.proxy().finished()).isDone();
        assertThat(active()).isZero();
    }

    @Test
    void ignoresTheEncoderAfterTheEnd() {
        becomeLive();
        publication.ended(PublishSink.End.UNPUBLISHED, "ended by the encoder");
        int records = kafka.history().size();
        send(AAC_FRAME);
        publication.ended(PublishSink.End.DISCONNECTED, "again");
        assertThat(kafka.history()).hasSize(records);
        assertThat(encoder.closedWith).isNull();
    }

    @Test
    void isFinishedWhenTheNoticeOfItsEndIsInTheLog() {
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
    void commandsOfOtherThreadsWaitForTheEventLoop() {
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
    void readsNothingWhileItClaimsAgainAndThenWritesWhatItHeld() {
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
                .containsExactly(true, false);
        assertThat(active()).isEqualTo(1);
    }

    /** It stayed connected, was not read and heard nothing. */
    @Test
    void closesAnEncoderThatWasTakenOverWhileItClaimedAgain() {
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
    void aClaimThatFailsRefusesTheEncoder() {
        kafka.errorNext(new TimeoutException("no leader"));
        runLoop();
        assertThat(answer.join())
                .isEqualTo(new PublishAnswer.Refused(PublishEnd.CLAIM_FAILED, PublicationEnd.LOG_OUT_OF_REACH));
        assertThat(publication.proxy().finished()).isDone();
        assertThat(active()).isZero();
    }

    @Test
    void anEventLoopThatHangsEndsThePublicationInsteadOfCollectingCommands() {
        becomeLive();
        for (int i = 0; i < 5_000; i++) {
            publication.proxy().onNotice(notice(0, SessionNotice.State.LIVE));
        }
        runLoop();
        assertThat(encoder.closedWith).isEqualTo(PublishEnd.INTERNAL_ERROR);
        assertThat(written(Topic.PACKETS)).last().isInstanceOfSatisfying(SessionEnded.class,
                e -> assertThat(e.detail()).isEqualTo("the event loop hangs"));
    }
}
