package io.millrace.ingest;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.rtmp.RtmpClient;
import io.millrace.platform.rtmp.RtmpException;
import io.millrace.testkit.Clip;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One name is published to two ingest nodes at about the same time: all readers agree which of them has it.
 * {@code -Dmillrace.race.rounds=200} sets the number of rounds and prints a summary; {@code -Dmillrace.race.seed} repeats
 * the delays of a run.
 */
@SlowTest
class RaceTest {
    private static final int ROUNDS = Integer.getInteger("millrace.race.rounds", 20);
    private static final long SEED = Long.getLong("millrace.race.seed", System.nanoTime());
    private static final int APART_MS = 50;
    /** Interval between two messages of an encoder, so that messages are in flight when the other encoder connects. */
    private static final Duration PACE = Duration.ofMillis(2);
    /** Number of messages that the winner sends after the loser has been told. */
    private static final int MESSAGES_AFTER_DECISION = 20;
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000,
            List.of(Format.TS));

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Tally tally = new Tally();

    /** When and with which message an encoder was told that it lost the name. */
    private record Loss(Instant at, String message) {}

    @Test
    void readersAgreeWhichNodeHasName() throws Exception {
        try (TestBroker broker = TestBroker.running();
                ExecutorService encoders = Executors.newVirtualThreadPerTaskExecutor()) {
            KafkaClients kafka = broker.clients("race.");
            try (IngestService a = node("a", kafka);
                    IngestService b = node("b", kafka);
                    LogTail packets = new LogTail(kafka, Topic.PACKETS)) {
                for (int round = 0; round < ROUNDS; round++) {
                    race("live/race-" + round, a, b, packets, encoders);
                }
            }
        }
        if (System.getProperty("millrace.race.rounds") != null) {
            System.out.println(tally.table());
        }
    }

    private void race(String stream, IngestService a, IngestService b, LogTail packets, ExecutorService encoders)
            throws Exception {
        AtomicBoolean decided = new AtomicBoolean();
        List<Future<Loss>> told = new ArrayList<>();
        for (IngestService node : List.of(a, b)) {
            Duration delay = Duration.ofNanos(random.nextLong(APART_MS * 1_000_000L));
            URI url = URI.create("rtmp://127.0.0.1:" + node.port() + "/" + stream);
            told.add(encoders.submit(() -> push(url, delay, decided)));
        }
        Loss toldA = told.get(0).get(120, TimeUnit.SECONDS);
        Loss toldB = told.get(1).get(120, TimeUnit.SECONDS);
        List<ConsumerRecord<String, LogRecord>> log = packets
                .until(all -> ends(of(stream, all)) == 2).stream().filter(r -> r.key().equals(stream)).toList();
        assertThat((toldA == null) != (toldB == null))
                .as("exactly one of two is told that it lost (seed %d): a %s, b %s", SEED, toldA, toldB).isTrue();
        judge(stream, log, toldA == null ? "a" : "b", toldA == null ? toldB : toldA);
    }

    private void judge(String stream, List<ConsumerRecord<String, LogRecord>> log, String kept, Loss loser) {
        assertThat(loser.message()).contains("Taken over by a newer publisher").contains("NetStream.Publish.BadName");
        List<ConsumerRecord<String, LogRecord>> claims = log.stream()
                .filter(r -> r.value() instanceof SessionStarted).toList();
        assertThat(claims).as("claims to %s", stream).hasSize(2);
        long winner = claims.getLast().offset();
        assertThat(((SessionStarted) claims.getLast().value()).encoder().node())
                .as("node of the greater claim to %s", stream)
                .isEqualTo(kept);
        List<Reading> readings = Reading.all(log);
        assertThat(readings).as("readers of %s (seed %d)", stream, SEED).isNotEmpty()
                .allMatch(r -> r.session() == winner);
        Reading whole = readings.getFirst();
        readings.forEach(r -> assertThat(r.counted()).as("%s of %s (seed %d)", r.reader(), stream, SEED)
                .isEqualTo(whole.countedFrom(r.from())));
        List<ConsumerRecord<String, LogRecord>> winners = log.stream()
                .filter(r -> r.value() instanceof Packet p && p.session() == winner).toList();
        long first = winners.getFirst().offset();
        assertThat(whole.countedFrom(first)).as("counted packets of %s from the winner's first one on", stream)
                .isEqualTo(winners.stream().map(ConsumerRecord::offset).toList());
        long firstPacket = log.stream().filter(r -> r.value() instanceof Packet).findFirst().orElseThrow().offset();
        long arrivedUs = ((Packet) winners.getFirst().value()).arrivalUs();
        long untilToldMs = loser.at().toEpochMilli() - arrivedUs / 1_000;
        tally.round(kept, firstPacket > winner, readings.size(), untilToldMs);
    }

    /** Publishes until this encoder is told that it lost, or until it has sent some messages after the other was told. */
    private static Loss push(URI url, Duration delay, AtomicBoolean decided) throws InterruptedException {
        Thread.sleep(delay);
        try (RtmpClient client = PatientRtmp.publish(url)) {
            int left = MESSAGES_AFTER_DECISION;
            for (int message = 0; left > 0; message++) {
                left -= decided.get() ? 1 : 0;
                send(client, message);
                Thread.sleep(PACE);
            }
            return null;
        } catch (RtmpException e) {
            decided.set(true);
            return new Loss(Instant.now(), e.getMessage());
        }
    }

    /** Sends one message: first the clip's headers, then its frames in a loop. */
    private static void send(RtmpClient client, int message) throws RtmpException {
        List<FlvTag> frames = Clip.TAGS;
        int headers = 3;
        int looped = frames.size() - headers - 1;
        int index = message < headers ? message : headers + (message - headers) % looped;
        long loops = message < headers ? 0 : (message - headers) / looped;
        FlvTag tag = frames.get(index);
        Clip.send(client, tag, tag.timestampMs() + loops * 2_000);
    }

    private static IngestService node(String id, KafkaClients kafka) {
        return IngestService.start(
                new IngestSettings(PatientRtmp.listen(), id, new PublicRtmp.Listening(null), RULES,
                        AccessSettings.OPEN, 0, MediaLimits.DEFAULT, IngestSettings.Limits.DEFAULT),
                kafka,
                new SimpleMeterRegistry(), (what, cause) -> {
                    throw new AssertionError(what, cause);
                });
    }

    private static List<ConsumerRecord<String, LogRecord>> of(String stream,
            List<ConsumerRecord<String, LogRecord>> all) {
        return all.stream().filter(r -> r.key().equals(stream)).toList();
    }

    private static long ends(List<ConsumerRecord<String, LogRecord>> log) {
        return log.stream().filter(r -> r.value() instanceof SessionEnded).count();
    }

    /** Statistics of all rounds. */
    private static final class Tally {
        private final List<Long> toldMs = new ArrayList<>();
        private int wonByA;
        private int claimedBoth;
        private int readings;

        void round(String winner, boolean bothClaimedFirst, int readers, long untilToldMs) {
            wonByA += winner.equals("a") ? 1 : 0;
            claimedBoth += bothClaimedFirst ? 1 : 0;
            readings += readers;
            toldMs.add(untilToldMs);
        }

        String table() {
            long[] sorted = toldMs.stream().mapToLong(Long::longValue).sorted().toArray();
            return """
                    race: %d rounds (seed %d): a won %d, b won %d; both had claimed before any packet: %d; \
                    readers that agree: %d; the loser was told after (ms) p50 %d, p99 %d, max %d""".formatted(
                    sorted.length, SEED, wonByA, sorted.length - wonByA, claimedBoth, readings,
                    sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.99)],
                    Arrays.stream(sorted).max().orElse(-1));
        }
    }
}
