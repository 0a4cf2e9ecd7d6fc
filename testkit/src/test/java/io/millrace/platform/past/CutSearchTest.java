package io.millrace.platform.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CutSearchTest {
    private static final String STREAM = "live/show";
    private static final int KIB = 1024;
    private static final int LIMIT_BYTES = 4 << 20;
    private static final IndexEntry WANTED = Records.part(5, 10, 0, true, 0);

    private final Map<Long, SegmentTracks> passed = new HashMap<>();
    private final CutSearch.Head search = new CutSearch.Head(WANTED, new ReadBudget(LIMIT_BYTES), Cuts.BEYOND_BYTES,
            tracks -> passed.putIfAbsent(tracks.segment(), tracks));
    private long offset = 100;

    /** Passes a cut; returns whether the search goes on. */
    private boolean pass(String stream, long epoch, long segment, ByteBuffer picture, int sizeBytes) {
        return pass(stream, cut(epoch, segment, picture), sizeBytes);
    }

    private static Cut cut(long segment) {
        return cut(5, segment, Records.AVC_RECORD);
    }

    private static Cut cut(long epoch, long segment, ByteBuffer picture) {
        var video = new Track(0, Packet.Kind.VIDEO, "AVC", picture);
        return cut(new PartId(epoch, segment, 0), Records.head(List.of(video)));
    }

    private static Cut cut(PartId id, Cut.SegmentHead head) {
        return new Cut(id, id.epoch(), true, true, new Cut.PacketRange(0, 0), new PartTimes(0, 0, 0, 0), head,
                List.of());
    }

    private boolean pass(String stream, Cut cut, int sizeBytes) {
        var record = new ConsumerRecord<>("segments", 0, offset++, 0, TimestampType.CREATE_TIME, 0, sizeBytes, stream,
                cut, new RecordHeaders(), Optional.empty());
        return search.count(record) && (!stream.equals(STREAM) || search.fold(record.offset(), cut));
    }

    private boolean pass(long segment, int sizeBytes) {
        return pass(STREAM, 5, segment, Records.AVC_RECORD, sizeBytes);
    }

    @Test
    void collectsSegmentsBeforeAndAfterWanted() {
        for (long segment = 8; segment <= 12; segment++) {
            assertThat(pass(segment, KIB)).isTrue();
        }

        assertThat(passed).containsOnlyKeys(8L, 9L, 10L, 11L, 12L);
        assertThat(passed.get(10L).offset()).isEqualTo(102);
        assertThat(passed.get(10L).tracks().video().record()).isEqualTo(Records.AVC_RECORD);
        assertThat(passed.get(12L).tracks()).isSameAs(passed.get(8L).tracks());
    }

    @Test
    void segmentWithOtherVideoHasOwnTracks() {
        ByteBuffer other = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
                + "0300f03c60c4118001000668e84394b22cfdf8f801");
        pass(9, KIB);
        pass(STREAM, 5, 10, other, KIB);
        pass(11, KIB);

        assertThat(passed.get(10L).tracks().video().record()).isEqualTo(other);
        assertThat(passed.get(11L).tracks().video().record()).isEqualTo(Records.AVC_RECORD);
    }

    @Test
    void limitsReadAfterWantedSegment() {
        assertThat(pass(10, KIB)).isTrue();
        for (int i = 1; i <= Cuts.BEYOND_BYTES / KIB; i++) {
            assertThat(pass(10L + i, KIB)).isTrue();
        }

        assertThat(pass(1_000, 1)).isFalse();
        assertThat(passed).doesNotContainKey(1_000L);
    }

    @Test
    void failsAtReadLimit() {
        for (int i = 0; i < LIMIT_BYTES / (256 * KIB); i++) {
            assertThat(pass("live/other", 5, i, Records.AVC_RECORD, 256 * KIB)).isTrue();
        }

        assertThatThrownBy(() -> pass(10, 1)).isInstanceOf(ReadLimitException.class);
    }

    @Test
    void readAfterWantedSegmentIsOutsideReadLimit() {
        for (int i = 0; i < LIMIT_BYTES / (256 * KIB) - 1; i++) {
            pass("live/other", 5, i, Records.AVC_RECORD, 256 * KIB);
        }

        assertThat(pass(10, 256 * KIB)).isTrue();
        assertThat(pass(11, KIB)).isTrue();
        assertThat(search.found()).contains(passed.get(10L));
    }

    /** The search began amid the segment. */
    @Test
    void segmentWithoutFirstCutIsNotFound() {
        assertThat(pass(STREAM, cut(new PartId(5, 10, 1), null), KIB)).isTrue();
        assertThat(pass(11, KIB)).isTrue();

        assertThat(search.found()).isEmpty();
        assertThat(search.isFound()).isFalse();
        assertThat(passed).containsOnlyKeys(11L);
    }

    @Test
    void endsAtWantedSegmentIfNothingIsReadAfterIt() {
        var exact = new CutSearch.Head(WANTED, new ReadBudget(LIMIT_BYTES), 0, _ -> {});
        assertThat(exact.fold(100, cut(9))).isTrue();
        assertThat(exact.fold(101, cut(10))).isFalse();
        assertThat(exact.found().map(SegmentTracks::offset)).contains(101L);
    }

    @Test
    void collectsOnlyFirstCutsOfEpoch() {
        assertThat(pass(STREAM, 4, 10, Records.AVC_RECORD, KIB)).isTrue();
        assertThat(pass("live/other", 5, 10, Records.AVC_RECORD, KIB)).isTrue();
        assertThat(passed).isEmpty();
        assertThat(pass(10, KIB)).isTrue();
        assertThat(pass(10, KIB)).isTrue();
        assertThat(pass(STREAM, 6, 0, Records.AVC_RECORD, KIB)).isFalse();

        assertThat(passed).containsOnlyKeys(10L);
        assertThat(passed.get(10L).offset()).isEqualTo(102);
    }
}
