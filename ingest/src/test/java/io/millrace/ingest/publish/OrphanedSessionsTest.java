package io.millrace.ingest.publish;

import io.millrace.ingest.session.LogOverMock;
import io.millrace.ingest.session.LogWriter;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class OrphanedSessionsTest {
    private static final long PROCESS = 1;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    private final MockProducer<String, byte[]> kafka = new MockProducer<>(false, new RoundRobinPartitioner(),
            new StringSerializer(), new ByteArraySerializer());
    private final KafkaClients clients = new KafkaClients(new KafkaSettings("nowhere:1", "", 1, 1, 0, -1, Map.of()));
    private final LogWriter log = LogOverMock.of(clients, kafka);
    private final OrphanedSessions orphans = new OrphanedSessions(PROCESS, log, _ -> 0, CLOCK);

    @Test
    void endsLiveSessionOfThisProcess() {
        orphans.onNotice(notice(State.LIVE, PROCESS));
        orphans.end();
        assertThat(written()).containsExactly("SessionEnded");
        kafka.completeNext();
        assertThat(written()).containsExactly("SessionEnded", "SessionNotice");
        kafka.completeNext();
        orphans.end();
        assertThat(written()).as("once").hasSize(2);
    }

    @Test
    void repeatsWhatTheLogDidNotAccept() {
        orphans.onNotice(notice(State.CLAIMED, PROCESS));
        orphans.end();
        kafka.errorNext(new TimeoutException("no leader"));
        orphans.end();
        kafka.completeNext();
        kafka.errorNext(new TimeoutException("no leader"));
        orphans.end();
        kafka.completeNext();
        kafka.completeNext();
        orphans.end();
        assertThat(written()).containsExactly("SessionEnded", "SessionEnded", "SessionNotice", "SessionEnded",
                "SessionNotice");
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void leavesSessionsOfOtherProcesses(State state) {
        orphans.onNotice(notice(state, PROCESS + 1));
        orphans.end();
        assertThat(written()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = State.class, names = {"ENDED", "OVER"})
    void leavesSessionsThatHaveEnded(State state) {
        orphans.onNotice(notice(state, PROCESS));
        orphans.end();
        assertThat(written()).isEmpty();
    }

    private List<String> written() {
        return kafka.history().stream()
                .map(record -> LogCodec.decode(ByteBuffer.wrap(record.value())).getClass().getSimpleName()).toList();
    }

    private static SessionNotice notice(State state, long process) {
        return new SessionNotice("live/show", 7, state, new Encoder("a", "", "127.0.0.1:1"), 0, 0, 30_000, process);
    }
}
