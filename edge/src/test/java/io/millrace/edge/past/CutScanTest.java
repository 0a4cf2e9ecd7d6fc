package io.millrace.edge.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CutScanTest {
    private static final String STREAM = "live/show";
    private static final int KIB = 1024;

    private final CutScan scan = new CutScan(STREAM, 5, 10);
    private long offset = 100;

    /** Passes a cut; returns whether the scan goes on. */
    private boolean pass(String stream, long epoch, long segment, ByteBuffer picture, int sizeBytes) {
        var head = Records.head(List.of(new Track(0, Packet.Kind.VIDEO, "AVC", picture)));
        return pass(stream, new Cut(new PartId(epoch, segment, 0), epoch, true, true, new Cut.PacketRange(0, 0),
                new PartTimes(0, 0, 0, 0), head, List.of()), sizeBytes);
    }

    private boolean pass(String stream, LogRecord value, int sizeBytes) {
        return scan.test(new ConsumerRecord<>("segments", 0, offset++, 0, TimestampType.CREATE_TIME, 0, sizeBytes,
                stream, value, new RecordHeaders(), Optional.empty()));
    }

    private boolean pass(long segment, int sizeBytes) {
        return pass(STREAM, 5, segment, Records.AVC_RECORD, sizeBytes);
    }

    @Test
    void collectsSegmentsOnItsWayAndBeyond() {
        for (long segment = 8; segment <= 12; segment++) {
            assertThat(pass(segment, KIB)).isTrue();
        }

        assertThat(scan.found()).containsOnlyKeys(8L, 9L, 10L, 11L, 12L);
        assertThat(scan.found().get(10L).offset()).isEqualTo(102);
        assertThat(scan.found().get(10L).tracks().video().record()).isEqualTo(Records.AVC_RECORD);
        assertThat(scan.found().get(12L).tracks()).isSameAs(scan.found().get(8L).tracks());
    }

    @Test
    void segmentOfOtherPictureHasTracksOfItsOwn() {
        ByteBuffer other = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
                + "0300f03c60c4118001000668e84394b22cfdf8f801");
        pass(9, KIB);
        pass(STREAM, 5, 10, other, KIB);
        pass(11, KIB);

        assertThat(scan.found().get(10L).tracks().video().record()).isEqualTo(other);
        assertThat(scan.found().get(11L).tracks().video().record()).isEqualTo(Records.AVC_RECORD);
    }

    @Test
    void readsNoMoreThanItsLimitBeyondTheWantedSegment() {
        assertThat(pass(10, KIB)).isTrue();
        for (int i = 1; i <= CutScan.BEYOND_BYTES / KIB; i++) {
            assertThat(pass(10L + i, KIB)).isTrue();
        }

        assertThat(pass(1_000, 1)).isFalse();
        assertThat(scan.found()).doesNotContainKey(1_000L);
    }

    @Test
    void givesUpAtItsLimit() {
        for (int i = 0; i < CutScan.LIMIT_BYTES / (256 * KIB); i++) {
            assertThat(pass("live/other", 5, i, Records.AVC_RECORD, 256 * KIB)).isTrue();
        }

        assertThat(pass(10, 1)).isFalse();
        assertThat(scan.found()).isEmpty();
    }

    @Test
    void endsAtTheNextEpochAndIgnoresEarlierOnesOtherStreamsAndRepetitions() {
        assertThat(pass(STREAM, 4, 10, Records.AVC_RECORD, KIB)).isTrue();
        assertThat(pass("live/other", 5, 10, Records.AVC_RECORD, KIB)).isTrue();
        assertThat(scan.found()).isEmpty();
        assertThat(pass(10, KIB)).isTrue();
        assertThat(pass(10, KIB)).isTrue();
        assertThat(pass(STREAM, 6, 0, Records.AVC_RECORD, KIB)).isFalse();

        assertThat(scan.found()).containsOnlyKeys(10L);
        assertThat(scan.found().get(10L).offset()).isEqualTo(102);
    }
}
