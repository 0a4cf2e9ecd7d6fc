package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.past.ReadLimitException;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Finds the cuts of a stream in the log of a real broker. The configuration has changed since, so the directory, which
 * contains only the newest one, is wrong about all of them.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class CutsTest {
    private static final String STREAM = "live/show";
    private static final int EPOCH = 7;
    private static final long T0 = System.currentTimeMillis() - 100_000;
    private static final ByteBuffer NEWEST = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");
    private static final StreamEntry DIRECTORY = Records.entry(STREAM, EPOCH, StreamEntry.State.LIVE,
            List.of(new Track(0, Packet.Kind.VIDEO, "AVC", NEWEST), Records.TRACKS.get(1)), 0);
    private static final Tracks VIDEO = Tracks.of(Records.TRACKS.subList(0, 1));
    private static final Tracks BOTH = Tracks.of(Records.TRACKS);
    private static final int NEIGHBOUR_BYTES = 100_000;

    private KafkaClients kafka;
    private RangeReader reader;
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void open(TestBroker broker, TestInfo test) {
        kafka = broker.clients(test.getTestMethod().orElseThrow().getName() + ".");
        reader = new RangeReader(kafka.seeker("test-cuts", Map.of()));
        producer = kafka.producer("test-cuts", 32 << 20);
    }

    @AfterEach
    void close() {
        producer.close();
        reader.close();
    }

    private static Cut.SegmentHead head(Tracks tracks, int stateBytes) {
        List<Track> all = new ArrayList<>(List.of(new Track(0, Packet.Kind.VIDEO, "AVC", tracks.video().record())));
        if (tracks.audio() != null) {
            all.add(new Track(0, Packet.Kind.AUDIO, "AAC", tracks.audio().record()));
        }
        return new Cut.SegmentHead(Records.RULES, Records.START, all, 0, 0, ByteBuffer.allocate(stateBytes));
    }

    /** Writes a cut whose newest packet arrived at {@code arrivalMs}. Returns the index entry of its part. */
    private IndexEntry cut(long segment, int part, Tracks tracks, long arrivalMs) {
        var id = new PartId(EPOCH, segment, part);
        var times = new PartTimes(0, 45_000, T0, arrivalMs * 1_000);
        write(STREAM, new Cut(id, EPOCH, false, true, new Cut.PacketRange(0, 0), times,
                part == 0 ? head(tracks, 0) : null, List.of()), arrivalMs + 40);
        return new IndexEntry(id, false, RenditionId.TS, new PartPlace(0, 1_000), times, true,
                new Keyframe(EPOCH, 0, 0),
                new SegmentStart(part == 0, false, 0, 2));
    }

    private void neighbours(int count, long atMs) {
        for (int i = 0; i < count; i++) {
            write("live/neighbour", new Cut(new PartId(1, i, 0), 1, true, true, new Cut.PacketRange(0, 0),
                    new PartTimes(0, 45_000, T0, atMs * 1_000), head(BOTH, NEIGHBOUR_BYTES), List.of()), atMs);
        }
    }

    private void write(String stream, Cut cut, long stampMs) {
        producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.SEGMENTS), kafka.partitionOf(STREAM), stampMs,
                stream, LogCodec.encode(cut)));
        producer.flush();
    }

    private Tracks find(IndexEntry entry) {
        return new Cuts(kafka, reader).tracks(DIRECTORY, entry, ReadBudget.unlimited());
    }

    @Test
    void findsTracksOfEachSegment() {
        IndexEntry silent = cut(0, 0, VIDEO, T0);
        IndexEntry withSound = cut(1, 0, BOTH, T0 + 2_000);
        IndexEntry changed = cut(2, 0, Tracks.of(DIRECTORY.session().tracks()), T0 + 4_000);
        assertThat(find(silent)).isEqualTo(VIDEO);
        assertThat(find(withSound)).isEqualTo(BOTH);
        assertThat(find(changed)).isEqualTo(Tracks.of(DIRECTORY.session().tracks()));
    }

    /** The segment began without a keyframe, and the encoder stalled before it sent one. */
    @Test
    void findsTracksOfKeyframeLongAfterStartOfSegment() {
        cut(0, 0, BOTH, T0);
        cut(0, 1, BOTH, T0 + 500);
        IndexEntry keyframe = cut(0, 2, BOTH, T0 + 60_000);
        cut(1, 0, Tracks.of(DIRECTORY.session().tracks()), T0 + 62_000);
        assertThat(find(keyframe)).isEqualTo(BOTH);
    }

    @Test
    void findsTracksAmongCutsOfOtherStreams() {
        neighbours(60, T0 - 2_000);
        IndexEntry keyframe = cut(0, 0, BOTH, T0);
        assertThat(find(keyframe)).isEqualTo(BOTH);
    }

    /** A restarted segmenter writes the cuts since its last commit again. */
    @Test
    void ignoresRepeatedCuts() {
        IndexEntry first = cut(0, 0, BOTH, T0);
        IndexEntry second = cut(1, 0, Tracks.of(DIRECTORY.session().tracks()), T0 + 2_000);
        cut(0, 0, BOTH, T0 + 3_000);
        cut(1, 0, Tracks.of(DIRECTORY.session().tracks()), T0 + 3_000);
        assertThat(find(first)).isEqualTo(BOTH);
        assertThat(find(second)).isEqualTo(Tracks.of(DIRECTORY.session().tracks()));
    }

    @Test
    void takesTracksOfExpiredCutFromDirectory() throws Exception {
        IndexEntry expired = cut(0, 0, BOTH, T0);
        cut(1, 0, BOTH, T0 + 2_000);
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(STREAM));
        try (Admin admin = kafka.admin("test-delete")) {
            admin.deleteRecords(Map.of(segments, RecordsToDelete.beforeOffset(1))).all().get();
        }
        assertThat(find(expired)).isEqualTo(Tracks.of(DIRECTORY.session().tracks()));
    }

    @Test
    void failsInsteadOfGuessingIfSearchIsTooLong() {
        neighbours(2, T0 - 10_000);
        cut(0, 0, BOTH, T0);
        IndexEntry keyframe = cut(0, 1, BOTH, T0 + 60_000);
        assertThatThrownBy(() -> new Cuts(kafka, reader).tracks(DIRECTORY, keyframe, new ReadBudget(NEIGHBOUR_BYTES)))
                .isInstanceOf(ReadLimitException.class);
    }

    /** Each part has two frames of 40 ms; the range ends between the second and the third frame. */
    @Test
    void endOfRangeIsFirstFrameAtOrAfterIt() {
        List<Cut.Sample> samples = List.of(new Cut.Sample(0, Packet.Kind.VIDEO, 0, 0, 0, 3_600, true),
                new Cut.Sample(1, Packet.Kind.AUDIO, 0, 0, 0, 1_024, false),
                new Cut.Sample(2, Packet.Kind.VIDEO, 0, 3_600, 0, 3_600, false));
        IndexEntry entry = cut(0, 0, BOTH, T0);
        write(STREAM, new Cut(new PartId(EPOCH, 0, 1), EPOCH, true, false, new Cut.PacketRange(100, 102),
                new PartTimes(0, 7_200, T0 + 1_000, 0), null, samples),
                T0 + 1_100);
        var cuts = new Cuts(kafka, reader);
        assertThat(cuts.packetAt(STREAM, entry, T0 + 1_000, ReadBudget.unlimited())).hasValue(100);
        assertThat(cuts.packetAt(STREAM, entry, T0 + 1_001, ReadBudget.unlimited())).hasValue(102);
        assertThat(cuts.packetAt(STREAM, entry, T0 + 1_041, ReadBudget.unlimited())).isEmpty();
    }
}
