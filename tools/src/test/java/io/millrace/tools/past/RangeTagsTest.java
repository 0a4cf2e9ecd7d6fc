package io.millrace.tools.past;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.past.Takedown;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.testkit.LogTape;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Ranges of a log that a Millrace wrote, read from a real broker: two sessions of an epoch that has ended. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RangeTagsTest {
    private static final String STREAM = "live/show";
    private static final LogRange EVERYTHING = new LogRange(Optional.empty(), Optional.empty());
    private static final List<LogTape.Entry> TAPE = LogTape.read("/log/v2.log.gz");
    private static final List<ByteBuffer> PICTURES = pictures();

    private KafkaClients kafka;
    private PastLog log;

    @BeforeEach
    void play(TestBroker broker, TestInfo test) {
        // The tape is older than the usual retention.
        kafka = TestBroker.clients(new KafkaSettings(broker.bootstrap(), test.getTestMethod().orElseThrow().getName()
                + ".", 1, 1, Duration.ofDays(10_000).toMillis(), -1, Map.of()));
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-tape", 32 << 20)) {
            TAPE.forEach(entry -> producer.send(new ProducerRecord<>(kafka.settings().topic(entry.topic()), 0,
                    stampMs(entry), entry.key(), entry.value())));
        }
        log = PastLog.open(kafka.settings());
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static LogRecord decode(LogTape.Entry entry) {
        return LogCodec.decode(ByteBuffer.wrap(entry.value()));
    }

    private static Long stampMs(LogTape.Entry entry) {
        if (entry.value() == null) {
            return null;
        }
        return switch (decode(entry)) {
            case Packet packet -> packet.arrivalUs() / 1_000;
            case Cut cut -> cut.times().arrivalUs() / 1_000;
            case IndexEntry index -> index.times().programDateTimeMs();
            case LogRecord _ -> null;
        };
    }

    private static List<ByteBuffer> pictures() {
        return TAPE.stream().filter(entry -> entry.topic() == Topic.PACKETS && entry.value() != null)
                .map(RangeTagsTest::decode)
                .filter(record -> record instanceof Packet p && p.kind() == Packet.Kind.VIDEO && !p.isConfig()
                        && p.body().remaining() > 5)
                .map(record -> ((Packet) record).body()).toList();
    }

    private static List<ByteBuffer> pictures(RangeTags tags) {
        List<ByteBuffer> pictures = new ArrayList<>();
        for (Optional<TagEvent> next = tags.next(); next.isPresent(); next = tags.next()) {
            if (next.get() instanceof TagEvent.Frame frame && frame.tag().type() == FlvTag.Type.VIDEO) {
                pictures.add(frame.tag().body());
            }
        }
        return pictures;
    }

    private static List<ByteBuffer> pictures(EpochTags tags) {
        List<ByteBuffer> pictures = new ArrayList<>();
        for (Optional<LogTag> next = tags.next(); next.isPresent(); next = tags.next()) {
            if (next.get().event() instanceof TagEvent.Frame frame && frame.tag().type() == FlvTag.Type.VIDEO) {
                pictures.add(frame.tag().body());
            }
        }
        return pictures;
    }

    private static TagEvent.Frame firstFrame(RangeTags tags) {
        while (true) {
            if (tags.next().orElseThrow() instanceof TagEvent.Frame frame) {
                return frame;
            }
        }
    }

    private void deletePacketsBefore(long offset) throws Exception {
        try (Admin admin = kafka.admin("test-delete")) {
            admin.deleteRecords(Map.of(kafka.partition(Topic.PACKETS, 0), RecordsToDelete.beforeOffset(offset))).all()
                    .get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static long middle() {
        return TAPE.stream().filter(entry -> entry.topic() == Topic.PACKETS).count() / 2;
    }

    @Test
    void readsRangeToEnd() {
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.WHAT_IS_THERE)) {
            assertThat(pictures(tags)).isEqualTo(PICTURES);
            assertThat(tags.progress()).isEqualTo(1);
        }
    }

    @Test
    void followsEndedStreamToEnd() {
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.FOLLOW)) {
            assertThat(pictures(tags)).isEqualTo(PICTURES);
            assertThat(tags.progress()).isNegative();
        }
    }

    @Test
    void omitsWithdrawnPictures() {
        var takedown = new Takedown(kafka, log.reader(), log.directory());
        StreamEntry epoch = log.epochs(STREAM).getFirst();
        long middleMs = epoch.span().startedAtMs() + (epoch.span().endedAtMs() - epoch.span().startedAtMs()) / 2;
        Withdrawal withdrawn = takedown.withdraw(STREAM, new Takedown.Span(OptionalLong.empty(), 0, middleMs), "test")
                .getFirst();
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.WHAT_IS_THERE)) {
            List<ByteBuffer> rest = pictures(tags);
            assertThat(rest).hasSizeBetween(10, PICTURES.size() - 10)
                    .isEqualTo(PICTURES.subList(PICTURES.size() - rest.size(), PICTURES.size()));
            assertThat(tags.arrival().toEpochMilli()).isGreaterThan(withdrawn.extent().toMs());
        }
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.WHAT_IS_THERE)) {
            assertThat(firstFrame(tags).tag().timestampMs()).isZero();
        }
        try (EpochTags tags = EpochTags.beginning(kafka, epoch, () -> log.directory().withdrawals(STREAM))) {
            List<ByteBuffer> rest = pictures(tags);
            assertThat(rest).as("as relays read the epoch").hasSizeBetween(10, PICTURES.size() - 10)
                    .isEqualTo(PICTURES.subList(PICTURES.size() - rest.size(), PICTURES.size()));
        }
        new Takedown(kafka, log.reader(), log.directory()).restore(STREAM, OptionalLong.of(withdrawn.epoch()));
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.WHAT_IS_THERE)) {
            assertThat(pictures(tags)).isEqualTo(PICTURES);
        }
    }

    @Test
    void deletedRecordsAreError() throws Exception {
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.WHAT_IS_THERE)) {
            deletePacketsBefore(middle());
            assertThatThrownBy(tags::next).isInstanceOf(UserError.class)
                    .hasMessageContaining("retention has deleted the next records of live/show");
        }
    }

    @Test
    void followContinuesAtEarliestRetainedKeyframe() throws Exception {
        try (RangeTags tags = RangeTags.open(log, STREAM, EVERYTHING, RangeTags.Mode.FOLLOW)) {
            deletePacketsBefore(middle());
            List<ByteBuffer> rest = pictures(tags);
            assertThat(rest).hasSizeBetween(10, PICTURES.size() / 2)
                    .isEqualTo(PICTURES.subList(PICTURES.size() - rest.size(), PICTURES.size()));
        }
    }
}
