package io.millrace.segmenter.topology;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.Tape;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.testkit.SlowTest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class TopologyTest {
    private static final String STREAM = "live/show";
    private static final KafkaSettings KAFKA = new KafkaSettings("unused:1", "t.", 8, 1, 3_600_000, -1, Map.of());

    @TempDir
    Path dir;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final PacketsLog log = new PacketsLog() {
        @Override
        public boolean has(LogMark mark, int partition) {
            return true;
        }

        @Override
        public void read(int partition, long from, long to, Visitor visitor) {
            // Nothing is lost here.
        }
    };

    /** Kafka Streams without a broker; it commits after every record. */
    private final class Run implements AutoCloseable {
        final TopologyTestDriver driver;
        final TestInputTopic<String, byte[]> packets;
        final TestOutputTopic<String, byte[]> segments;
        final TestOutputTopic<String, byte[]> streams;
        final TestOutputTopic<String, byte[]> changelog;

        Run() {
            Properties config = new Properties();
            config.put(StreamsConfig.APPLICATION_ID_CONFIG, "t");
            config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
            config.put(StreamsConfig.STATE_DIR_CONFIG, dir.toString());
            driver = new TopologyTestDriver(SegmenterTopology.build(KAFKA, new SegmenterMeters(registry),
                    new CommittedPositions(), log, _ -> {}), config);
            packets = driver.createInputTopic("t.packets", new StringSerializer(), new ByteArraySerializer());
            segments = output("t.segments");
            streams = output("t.streams");
            changelog = output("t-folds-changelog");
        }

        private TestOutputTopic<String, byte[]> output(String topic) {
            return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
        }

        void feed(Tape tape) {
            tape.entries().forEach(e -> packets.pipeInput(STREAM, LogCodec.encode(e.record())));
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    private static Tape twoSegments() {
        Tape tape = new Tape();
        tape.publisher().configs().live(0, 130, 33, 60).ends().graceOver();
        return tape;
    }

    private static Map<String, byte[]> states(TestRecord<String, byte[]> written) {
        return new Tenure("another", Map.of(written.key(), written.value()), () -> -1).states();
    }

    @Test
    void writesCutsToSegmentsAndEntriesToStreams() {
        try (Run run = new Run()) {
            run.feed(twoSegments());

            List<TestRecord<String, byte[]>> cuts = run.segments.readRecordsToList();
            assertThat(cuts).extracting(TestRecord::key).containsOnly(STREAM);
            LogRecord ended = LogCodec.decode(ByteBuffer.wrap(cuts.removeLast().value()));
            assertThat(ended).isInstanceOfSatisfying(EpochEnded.class,
                    it -> assertThat(it.lastSegment()).isEqualTo(2));
            assertThat(cuts.stream().map(r -> (Cut) LogCodec.decode(ByteBuffer.wrap(r.value())))
                    .map(c -> c.id().segment() + "." + c.id().part())).startsWith("0.0", "0.1", "0.2", "0.3", "1.0")
                    .endsWith("2.0");
            List<TestRecord<String, byte[]>> entries = run.streams.readRecordsToList();
            assertThat(entries).extracting(TestRecord::key).containsOnly("live/show#0");
            assertThat(entries.stream().map(r -> (StreamEntry) LogCodec.decode(ByteBuffer.wrap(r.value())))
                    .map(StreamEntry::state)).startsWith(StreamEntry.State.LIVE)
                    .endsWith(StreamEntry.State.GRACE, StreamEntry.State.ENDED);
        }
    }

    @Test
    void epochWithoutSegmentLeavesDirectory() {
        Tape tape = new Tape();
        tape.publisher().configs().ends().graceOver();
        try (Run run = new Run()) {
            run.feed(tape);

            List<TestRecord<String, byte[]>> entries = run.streams.readRecordsToList();
            assertThat(entries).extracting(TestRecord::key).containsOnly("live/show#0");
            assertThat(entries.getLast().value()).isNull();
            assertThat(
                    ((StreamEntry) LogCodec.decode(ByteBuffer.wrap(entries.get(entries.size() - 2).value()))).state())
                    .isEqualTo(StreamEntry.State.ENDED);
            assertThat(run.segments.readRecordsToList()).singleElement()
                    .extracting(r -> LogCodec.decode(ByteBuffer.wrap(r.value()))).isInstanceOf(EpochEnded.class);
        }
    }

    @Test
    void stateIsWrittenAtCommitsAndDeletedAfterEnd() {
        try (Run run = new Run()) {
            run.feed(twoSegments());
            run.packets.pipeInput("live/other", LogCodec.encode(twoSegments().entries().getFirst().record()));

            List<TestRecord<String, byte[]>> written = run.changelog.readRecordsToList();
            assertThat(written).hasSize(twoSegments().entries().size() + 1);
            assertThat(written).extracting(each -> each.key().substring(0, each.key().indexOf('/'))).as("owners")
                    .containsOnly(written.getFirst().key().substring(0, written.getFirst().key().indexOf('/')));
            assertThat(states(written.get(written.size() - 2))).containsOnlyKeys(STREAM);
            assertThat(states(written.getLast())).containsOnlyKeys("live/other");
        }
    }

    @Test
    void skipsAndCountsUndecodableRecords() {
        try (Run run = new Run()) {
            run.packets.pipeInput(STREAM, new byte[]{1, 2, 3});
            run.packets.pipeInput((String) null, new byte[]{1, 2, 3});
            run.packets.pipeInput("no#name", LogCodec.encode(twoSegments().entries().getFirst().record()));

            assertThat(run.segments.isEmpty()).isTrue();
            assertThat(registry.counter("millrace.dropped", "stage", "segmenter", "reason", "undecodable").count())
                    .isEqualTo(3);
        }
    }

    @Test
    void successorRepeatsOutputsAndSkipsFoldedRecords() {
        kill(29);
    }

    @Test
    @SlowTest
    void successorRepeatsOutputsWheneverItsPredecessorIsKilled() {
        kill(5);
    }

    /** Kills a segmenter before each {@code every}th record, and compares what its successor writes. */
    private void kill(int every) {
        Tape tape = twoSegments();
        List<Tape.Entry> entries = tape.entries();
        List<String> uninterrupted;
        try (Run run = new Run()) {
            run.feed(tape);
            uninterrupted = hex(run.segments.readRecordsToList());
        }
        for (int at = 1; at < entries.size(); at += every) {
            List<String> straight = new ArrayList<>();
            byte[] state;
            try (Run run = new Run()) {
                entries.subList(0, at).forEach(e -> run.packets.pipeInput(STREAM, LogCodec.encode(e.record())));
                straight.addAll(hex(run.segments.readRecordsToList()));
                state = run.changelog.readRecordsToList().getLast().value();
            }
            try (Run run = new Run()) {
                ((CommitStore) run.driver.getStateStore(SegmenterTopology.FOLDS)).put(STREAM, state);
                run.driver.advanceWallClockTime(Duration.ofSeconds(1));
                List<String> again = hex(run.segments.readRecordsToList());
                assertThat(straight).endsWith(again.toArray(String[]::new));
                run.feed(tape);
                straight.addAll(hex(run.segments.readRecordsToList()));
            }
            assertThat(straight).as("killed before record %s", at).isEqualTo(uninterrupted);
        }
    }

    private static List<String> hex(List<TestRecord<String, byte[]>> records) {
        return records.stream().map(r -> HexFormat.of().formatHex(r.value())).toList();
    }

    @Test
    void streamHasSamePartitionInEveryTopic() {
        assertThat(SegmenterTopology.BY_STREAM.partitions("t.segments", STREAM, new byte[0], 8).orElseThrow())
                .containsExactly(StreamKey.partition(STREAM, 8));
        assertThat(SegmenterTopology.BY_STREAM.partitions("t.streams", StreamKey.of(STREAM, 17), new byte[0], 8)
                .orElseThrow()).containsExactly(StreamKey.partition(STREAM, 8));
    }
}
