package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.LogTimestamps;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.past.ReadLimitException;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Finds moments in the log of a real broker: six hours of a stream that ended an hour ago, in a partition with other streams
 * that run ahead of the clock, pause, and are cut at other times.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class MomentsTest {
    private static final String STREAM = "live/six-hours";
    private static final int SEGMENT_MS = 2_000;
    private static final int SEGMENTS = 6 * 1_800;
    private static final long RETENTION_MS = 86_400_000;
    private static final int NEIGHBOURS = 7;
    private static final String HURRIED = "live/hurried";
    private static final int HURRIED_SEGMENTS = 3 * 1_800;
    /** A search reads less than this fraction of the index; a scan would read up to all of it. */
    private static final int SHARE_OF_A_LEAP = 5;
    private static final int MOMENTS = 100;
    /** The same on average over many moments; a scan would read half of the index. */
    private static final int SHARE_OF_A_MOMENT = 3;

    private static TestBroker shared;
    private static KafkaClients kafka;
    private static RangeReader reader;
    private static Moments moments;
    private static long indexBytes;
    /** PROGRAM-DATE-TIME of segment 0. */
    private static long startMs;

    @BeforeAll
    static void start(TestBroker broker) {
        shared = broker;
        kafka = broker.clients("moments.");
        reader = RangeReader.ofIndex(kafka, "test-moments");
        moments = new Moments(kafka, reader);
        startMs = System.currentTimeMillis() - 7 * 3_600_000;
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-hours", 32 << 20)) {
            for (int segment = 0; segment < SEGMENTS; segment++) {
                write(producer, STREAM, segment, startMs);
                for (int i = 0; i < NEIGHBOURS; i++) {
                    // One of them is a quarter of an hour ahead, and the others differ by little.
                    write(producer, "live/neighbour-" + i, segment, startMs + (i == 0 ? 900_000 : i * 333L));
                }
            }
            producer.flush();
        }
    }

    /** Writes part 0 of a segment and its index entry to the partition of {@link #STREAM}. */
    private static void write(KafkaProducer<String, byte[]> producer, String stream, int segment, long zeroMs) {
        indexBytes += write(kafka, producer, kafka.partitionOf(STREAM), stream, segment, zeroMs,
                System.currentTimeMillis());
    }

    private static IndexEntry entry(long segment, long partsOffset, long timeMs) {
        return new IndexEntry(new PartId(1, segment, 0), true, RenditionId.TS, new PartPlace(partsOffset, 1),
                new PartTimes(0, SEGMENT_MS * 90L, timeMs, 0), true, new Keyframe(1, partsOffset, 0), Records.START);
    }

    /** Writes as at {@code nowMs}, and returns the size of the index entry in bytes. */
    private static int write(KafkaClients kafka, KafkaProducer<String, byte[]> producer, int partition, String stream,
            int segment, long zeroMs, long nowMs) {
        long timeMs = zeroMs + (long) segment * SEGMENT_MS;
        int neighbour = stream.equals(STREAM) || stream.equals(HURRIED)
                ? 0
                : 1 + stream.charAt(stream.length() - 1) - '0';
        long partsOffset = (long) segment * (NEIGHBOURS + 1) + neighbour;
        var entry = entry(segment, partsOffset, timeMs);
        long stampMs = LogTimestamps.of(timeMs, nowMs, RETENTION_MS);
        producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PARTS), partition, stampMs, stream,
                new byte[0]));
        byte[] encoded = LogCodec.encode(entry);
        producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.INDEX), partition, stampMs, stream, encoded));
        return encoded.length;
    }

    @AfterAll
    static void stop() {
        reader.close();
    }

    /** An epoch whose start is older than all media of this test. */
    private static StreamEntry epoch(String stream) {
        return Records.entry(stream, 1, StreamEntry.State.LIVE);
    }

    private static long segmentAt(long timeMs) {
        return moments.find(List.of(epoch(STREAM)), timeMs, Topic.PARTS) instanceof Moment.At at
                ? at.entry().id().segment()
                : -1;
    }

    @Test
    void findsEveryMomentWithFewReads() {
        String index = kafka.settings().topic(Topic.INDEX);
        long before = shared.bytesRead(index);
        for (int i = 0; i < MOMENTS; i++) {
            long ms = i * (SEGMENTS * (long) SEGMENT_MS / MOMENTS) + 7 * i;
            assertThat(segmentAt(startMs + ms)).isEqualTo(ms / SEGMENT_MS);
        }
        assertThat((shared.bytesRead(index) - before) / MOMENTS).as("bytes per moment")
                .isLessThan(indexBytes / SHARE_OF_A_MOMENT);
    }

    /** Reads a minute in the middle of the six hours. */
    private static ReadBudget read(long limitBytes) {
        var budget = new ReadBudget(limitBytes);
        StreamEntry epoch = Records.entry(STREAM, 1, StreamEntry.State.LIVE);
        long fromMs = startMs + 3 * 3_600_000;
        moments.span(epoch, fromMs, fromMs + 60_000, Topic.PARTS,
                moments.floor(kafka.partitionOf(STREAM), Topic.PARTS), budget);
        return budget;
    }

    @Test
    void searchReadsAtMostItsBudget() {
        long neededBytes = read(Moments.SEARCH_LIMIT_BYTES).spentBytes();

        assertThat(neededBytes).isPositive();
        assertThat(read(neededBytes).spentBytes()).isEqualTo(neededBytes);
        assertThatThrownBy(() -> read(neededBytes - 1)).isInstanceOf(ReadLimitException.class);
    }

    /**
     * The stream began six hours ago and runs up to three hours ahead of the clock, so Kafka's time index finds only its first
     * quarter of an hour, and another stream at all later times.
     */
    @Test
    void searchesStreamPublishedFasterThanRealTime(TestBroker broker) {
        KafkaClients hurried = broker.clients("hurried.");
        int partition = hurried.partitionOf(HURRIED);
        long zeroMs = System.currentTimeMillis() - 6 * 3_600_000;
        StreamEntry epoch = Records.entry(HURRIED, 1, StreamEntry.State.ENDED, Records.TRACKS, 0, HURRIED_SEGMENTS - 1);
        long writtenBytes = 0;
        try (KafkaProducer<String, byte[]> producer = hurried.producer("test-hurry", 32 << 20)) {
            for (int segment = 0; segment < HURRIED_SEGMENTS; segment++) {
                writtenBytes += write(hurried, producer, partition, HURRIED, segment, zeroMs, zeroMs);
            }
            for (int segment = 0; segment < 2 * HURRIED_SEGMENTS; segment++) {
                writtenBytes += write(hurried, producer, partition, "live/neighbour-0", segment, zeroMs,
                        System.currentTimeMillis());
            }
            producer.flush();
        }
        try (RangeReader hurry = RangeReader.ofIndex(hurried, "test-hurried")) {
            var of = new Moments(hurried, hurry);
            Moments.Floor floor = of.floor(partition, Topic.PARTS);
            for (int segment : List.of(0, 1, 449, 450, 451, 700, 900, 1200, 2300, 2400, HURRIED_SEGMENTS - 2,
                    HURRIED_SEGMENTS - 1)) {
                var budget = new ReadBudget(Moments.SEARCH_LIMIT_BYTES);
                long fromMs = zeroMs + (long) segment * SEGMENT_MS + 7;
                Moment found = of.span(epoch, fromMs, fromMs, Topic.PARTS, floor, budget).find(fromMs);
                assertThat(found).isInstanceOfSatisfying(Moment.At.class,
                        at -> assertThat(at.entry().id().segment()).isEqualTo(segment));
                assertThat(budget.spentBytes()).as("bytes for segment %d", segment)
                        .isLessThan(writtenBytes / SHARE_OF_A_LEAP);
            }
        }
    }

    @Test
    void findsNothingBeforeAndAfterAllMedia() {
        assertThat(segmentAt(0)).isZero();
        assertThat(segmentAt(startMs - 60_000)).isZero();
        assertThat(segmentAt(startMs + SEGMENTS * SEGMENT_MS - 1)).isEqualTo(SEGMENTS - 1);
        assertThat(segmentAt(startMs + SEGMENTS * SEGMENT_MS)).isEqualTo(-1);
        assertThat(segmentAt(System.currentTimeMillis() + 86_400_000)).isEqualTo(-1);
        assertThat(moments.find(List.of(epoch("live/nobody")), startMs, Topic.PARTS)).isEqualTo(new Moment.NotYet());
        assertThat(moments.find(List.of(), startMs, Topic.PARTS)).isEqualTo(new Moment.NotYet());
    }

    /** The next segment may begin before the newest one ends: the result must not change then. */
    @Test
    void endOfNewestSegmentIsUndecidedWhileTimesFollowTheClock() {
        StreamEntry live = epoch(STREAM);
        var rules = new EpochRules(6, 2_000, 500, 30_000, 30_000, List.of(Format.TS));
        var following = new StreamEntry(STREAM, live.epoch(), live.state(), rules, live.span(), live.session(),
                live.playlist(), live.sessions());
        long endMs = startMs + SEGMENTS * SEGMENT_MS;
        assertThat(moments.find(List.of(following), endMs - 51, Topic.PARTS)).isInstanceOf(Moment.At.class);
        assertThat(moments.find(List.of(following), endMs - 50, Topic.PARTS)).isEqualTo(new Moment.NotYet());
    }

    @Test
    void findsStreamAheadOfClock() throws Exception {
        String stream = "live/ahead";
        long zeroMs = System.currentTimeMillis();
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(stream));
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-ahead", 32 << 20)) {
            for (int segment = 0; segment < 900; segment++) {
                long timeMs = zeroMs + segment * 2_000L;
                var entry = entry(segment, 1 << 20, timeMs);
                producer.send(new ProducerRecord<>(index.topic(), index.partition(),
                        LogTimestamps.of(timeMs, System.currentTimeMillis(), RETENTION_MS), stream,
                        LogCodec.encode(entry)));
            }
            producer.flush();
        }
        for (int segment = 0; segment < 900; segment += 50) {
            Moment found = moments.find(List.of(epoch(stream)), zeroMs + segment * 2_000L + 1_500, Topic.PARTS);
            assertThat(((Moment.At) found).entry().id().segment()).isEqualTo(segment);
        }
    }

    /** The parts of the first half have expired, and their index entries have not. */
    @Test
    void startsAtEarliestRetainedMedia() throws Exception {
        KafkaClients kafka = shared.clients("moments-short.");
        String stream = "live/short";
        int partition = kafka.partitionOf(stream);
        try (Admin admin = kafka.admin("test-delete");
                KafkaProducer<String, byte[]> producer = kafka.producer("test-short", 32 << 20);
                var own = RangeReader.ofIndex(kafka, "test-short")) {
            var moments = new Moments(kafka, own);
            TopicPartition parts = kafka.partition(Topic.PARTS, partition);
            long zeroMs = System.currentTimeMillis() - 300_000;
            long middle = 0;
            for (int segment = 0; segment < 100; segment++) {
                long timeMs = zeroMs + segment * 2_000L;
                long offset = producer.send(new ProducerRecord<>(parts.topic(), partition, timeMs, stream, new byte[0]))
                        .get().offset();
                middle = segment == 50 ? offset : middle;
                var entry = entry(segment, offset, timeMs);
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.INDEX), partition, timeMs, stream,
                        LogCodec.encode(entry))).get();
            }
            admin.deleteRecords(Map.of(parts, RecordsToDelete.beforeOffset(middle))).all().get();
            for (long timeMs : new long[]{0, zeroMs, zeroMs + 99_999, zeroMs + 100_000}) {
                assertThat(
                        ((Moment.At) moments.find(List.of(epoch(stream)), timeMs, Topic.PARTS)).entry().id().segment())
                        .isEqualTo(50);
            }
            assertThat(
                    ((Moment.At) moments.find(List.of(epoch(stream)), zeroMs + 120_000, Topic.PARTS)).entry().id()
                            .segment())
                    .isEqualTo(60);
        }
    }
}
