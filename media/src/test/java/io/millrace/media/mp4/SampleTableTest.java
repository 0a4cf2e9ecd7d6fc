package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SampleTableTest {
    private final ByteWriter stbl = new ByteWriter();

    /** A full box of version 0 with 32-bit fields. */
    private SampleTableTest box(String type, long... fields) {
        stbl.uint32(12 + 4L * fields.length).bytes(type.getBytes(StandardCharsets.US_ASCII)).uint32(0);
        LongStream.of(fields).forEach(stbl::uint32);
        return this;
    }

    private SampleTable read() {
        return new SampleTableReader(stbl.view(), 1).read();
    }

    private static long[] offsets(SampleTable samples) {
        return IntStream.range(0, samples.count()).mapToLong(samples::offset).toArray();
    }

    @Test
    void mapsSamplesToChunksByRuns() {
        // Chunks 1 and 2 have two samples each; chunk 3 has one, and its capacity beyond the last sample is ignored.
        box("stsz", 0, 5, 10, 20, 30, 40, 50).box("stco", 3, 1000, 2000, 3000).box("stsc", 2, 1, 2, 1, 3, 9, 1)
                .box("stts", 2, 1, 5, 4, 7);
        var samples = read();
        assertThat(offsets(samples)).containsExactly(1000, 1010, 2000, 2030, 3000);
        assertThat(IntStream.range(0, 5).mapToLong(samples::decodingTicks)).containsExactly(0L, 5L, 12L, 19L, 26L);
        assertThat(samples.endTicks()).isEqualTo(33);
        assertThat(samples.compositionOffsetTicks(4)).isZero();
    }

    @Test
    void reads64BitPositionsAndCommonSize() {
        box("stsz", 100, 3).box("co64", 2, 1, 0, 2, 16).box("stsc", 1, 1, 2, 1).box("stts", 1, 3, 1);
        assertThat(offsets(read())).containsExactly(1L << 32, (1L << 32) + 100, (2L << 32) + 16);
    }

    @Test
    void allSamplesAreSyncWithoutTable() {
        box("stsz", 1, 2).box("stco", 1, 0).box("stsc", 1, 1, 2, 1).box("stts", 1, 2, 1);
        assertThat(read().isSync(1)).isTrue();
        var samples = box("stss", 1, 1).read();
        assertThat(samples.isSync(0)).isTrue();
        assertThat(samples.isSync(1)).isFalse();
    }

    @Test
    void missingCompositionOffsetsAreZero() {
        box("stsz", 1, 3).box("stco", 1, 0).box("stsc", 1, 1, 3, 1).box("stts", 1, 3, 1).box("ctts", 1, 2,
                0xFFFF_FFFEL);
        assertThat(IntStream.range(0, 3).map(read()::compositionOffsetTicks)).containsExactly(-2, -2, 0);
    }

    @Test
    void trackWithoutSamplesIsEmpty() {
        var samples = box("stsz", 0, 0).box("stco", 0).box("stsc", 0).box("stts", 0).read();
        assertThat(samples.count()).isZero();
        assertThat(samples.endTicks()).isZero();
    }

    @Test
    void rejectsRunsThatDoNotIncrease() {
        box("stsz", 1, 4).box("stco", 2, 0, 9).box("stsc", 2, 2, 2, 1, 1, 2, 1).box("stts", 1, 4, 1);
        assertThatThrownBy(this::read).isInstanceOf(MalformedException.class).hasMessageContaining("first_chunk");
    }

    @Test
    void rejectsTablesWithFewerSamples() {
        box("stsz", 1, 4).box("stco", 1, 0).box("stsc", 1, 1, 3, 1).box("stts", 1, 4, 1);
        assertThatThrownBy(this::read).isInstanceOf(MalformedException.class).hasMessageContaining("stsc");
    }

    @Test
    void rejectsPositionsBeyond62Bits() {
        box("stsz", 1, 1).box("co64", 1, 0x4000_0000L, 0).box("stsc", 1, 1, 1, 1).box("stts", 1, 1, 1);
        assertThatThrownBy(this::read).isInstanceOf(MalformedException.class).hasMessageContaining("chunk_offset");
    }

    @Test
    void limitsTime() {
        // 2^18 samples of 2^32 - 1 ticks, and a last one that brings the total to 2^50.
        box("stsz", 1, (1 << 18) + 1).box("stco", 1, 0).box("stsc", 1, 1, (1 << 18) + 1, 1);
        box("stts", 2, 1 << 18, 0xFFFF_FFFFL, 1, 1 << 18);
        assertThat(read().endTicks()).isEqualTo(Mp4Reader.MAX_TICKS);
        stbl.setUint32(stbl.size() - 4, (1 << 18) + 1);
        assertThatThrownBy(this::read).isInstanceOf(OverLimitException.class);
    }

    @Test
    void namesMissingBox() {
        box("stsz", 1, 1).box("stco", 1, 0).box("stsc", 1, 1, 1, 1);
        assertThatThrownBy(this::read).isInstanceOf(MalformedException.class).hasMessageContaining("stts");
    }
}
