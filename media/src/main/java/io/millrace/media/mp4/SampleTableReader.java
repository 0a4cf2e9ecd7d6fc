package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.isobmff.Boxes;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;

/**
 * Expands the run-length tables of one {@code stbl} box. Confined to one thread, used once.
 *
 * <p>Limits: {@link Mp4Reader#MAX_SAMPLES}, {@link Mp4Reader#MAX_SAMPLE_BYTES}, {@link Mp4Reader#MAX_TICKS}. A table
 * that covers fewer samples than there are is malformed, except ctts, whose missing entries are 0. Entries beyond the
 * last sample are not read.
 */
final class SampleTableReader {
    private final ByteBuffer stbl;
    private final int configs;
    private int[] descriptions = {};
    private long endTicks;

    /** @param configs number of sample descriptions of the track */
    SampleTableReader(ByteBuffer stbl, int configs) {
        this.stbl = stbl;
        this.configs = configs;
    }

    SampleTable read() {
        int[] sizes = sizes();
        long[] offsets = offsets(sizes);
        return new SampleTable(offsets, sizes, descriptions, decodingTimes(sizes.length),
                compositionOffsets(sizes.length),
                sync(sizes.length), endTicks);
    }

    private int[] sizes() {
        var in = Boxes.fullBox("stsz", Boxes.need(stbl, "stbl", "stsz"));
        int common = size(in);
        long count = in.uint32("sample_count");
        if (count > Mp4Reader.MAX_SAMPLES) {
            throw new OverLimitException("stsz", "sample_count", count, Mp4Reader.MAX_SAMPLES);
        }
        if (common == 0 && count * 4 > in.remaining()) {
            throw MalformedException.truncated("stsz", "entry_size", (int) count * 4, in.remaining());
        }
        int[] sizes = new int[(int) count];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = common == 0 ? size(in) : common;
        }
        return sizes;
    }

    private static int size(ByteReader in) {
        long size = in.uint32("sample_size");
        if (size > Mp4Reader.MAX_SAMPLE_BYTES) {
            throw new OverLimitException("stsz", "sample_size", size, Mp4Reader.MAX_SAMPLE_BYTES);
        }
        return (int) size;
    }

    /**
     * Computes sample positions from the positions of chunks (stco, co64) and the runs that assign samples to chunks
     * (stsc).
     */
    private long[] offsets(int[] sizes) {
        long[] chunks = chunkOffsets();
        var in = Boxes.fullBox("stsc", Boxes.need(stbl, "stbl", "stsc"));
        long runs = in.uint32("entry_count");
        long[] offsets = new long[sizes.length];
        descriptions = configs == 1 ? descriptions : new int[sizes.length];
        int sample = 0;
        long chunk = runs == 0 ? 0 : in.uint32("first_chunk") - 1;
        for (long run = 0; run < runs && sample < sizes.length; run++) {
            long perChunk = in.uint32("samples_per_chunk");
            int description = description(in.uint32("sample_description_index"));
            long end = run + 1 < runs ? in.uint32("first_chunk") - 1 : chunks.length;
            if (chunk < 0 || end <= chunk || end > chunks.length) {
                throw MalformedException.value("stsc", "first_chunk", end + 1, "ascending, up to " + chunks.length);
            }
            for (; chunk < end && sample < sizes.length; chunk++) {
                long offset = chunks[(int) chunk];
                for (long i = 0; i < perChunk && sample < sizes.length; i++) {
                    offsets[sample] = offset;
                    if (configs > 1) {
                        descriptions[sample] = description;
                    }
                    offset += sizes[sample++];
                }
            }
        }
        return covered("stsc", sample, offsets, sizes.length);
    }

    /**
     * Returns the index of the sample description. It is ignored if the track has only one, because some writers put 0
     * there.
     */
    private int description(long index) {
        if (configs == 1) {
            return 0;
        }
        if (index < 1 || index > configs) {
            throw MalformedException.value("stsc", "sample_description_index", index, "1 to " + configs);
        }
        return (int) index - 1;
    }

    private long[] chunkOffsets() {
        Optional<ByteBuffer> small = Boxes.find(stbl, "stco");
        var in = Boxes.fullBox("stco", small.orElseGet(() -> Boxes.need(stbl, "stbl", "co64")));
        long count = in.uint32("entry_count");
        int entryBytes = small.isPresent() ? 4 : 8;
        if (count * entryBytes > in.remaining()) {
            throw new MalformedException("stco", "entry_count", "is " + count + " in " + in.remaining() + " bytes");
        }
        long[] chunks = new long[(int) count];
        for (int i = 0; i < chunks.length; i++) {
            chunks[i] = small.isPresent() ? in.uint32("chunk_offset") : in.int64("chunk_offset");
            // Half of the range, so that offset + size cannot overflow.
            if (chunks[i] < 0 || chunks[i] > Long.MAX_VALUE / 2) {
                throw MalformedException.value("stco", "chunk_offset", chunks[i], "0 to 2^62");
            }
        }
        return chunks;
    }

    private long[] decodingTimes(int count) {
        var in = Boxes.fullBox("stts", Boxes.need(stbl, "stbl", "stts"));
        long runs = in.uint32("entry_count");
        long[] times = new long[count];
        int sample = 0;
        long time = 0;
        for (long run = 0; run < runs && sample < count; run++) {
            long length = in.uint32("sample_count");
            long delta = in.uint32("sample_delta");
            for (long i = 0; i < length && sample < count; i++) {
                times[sample++] = time;
                time += delta;
            }
        }
        if (time > Mp4Reader.MAX_TICKS) {
            throw new OverLimitException("stts", "sample_delta", time, Mp4Reader.MAX_TICKS);
        }
        endTicks = time;
        return covered("stts", sample, times, count);
    }

    /** Reads ctts. Offsets are unsigned in version 0, but writers put negative values there. */
    private int[] compositionOffsets(int count) {
        Optional<ByteBuffer> box = Boxes.find(stbl, "ctts");
        if (box.isEmpty()) {
            return new int[0];
        }
        var in = Boxes.fullBox("ctts", box.get());
        long runs = in.uint32("entry_count");
        int[] offsets = new int[count];
        int sample = 0;
        for (long run = 0; run < runs && sample < count; run++) {
            long length = in.uint32("sample_count");
            int offset = in.int32("sample_offset");
            for (long i = 0; i < length && sample < count; i++) {
                offsets[sample++] = offset;
            }
        }
        return offsets;
    }

    private BitSet sync(int count) {
        var sync = new BitSet(count);
        Optional<ByteBuffer> box = Boxes.find(stbl, "stss");
        if (box.isEmpty()) {
            sync.set(0, count);
            return sync;
        }
        var in = Boxes.fullBox("stss", box.get());
        long entries = in.uint32("entry_count");
        for (long i = 0; i < entries; i++) {
            long number = in.uint32("sample_number");
            if (number < 1 || number > count) {
                throw MalformedException.value("stss", "sample_number", number, "1 to " + count);
            }
            sync.set((int) number - 1);
        }
        return sync;
    }

    private static long[] covered(String box, int samples, long[] values, int count) {
        if (samples < count) {
            throw new MalformedException(box, "entry_count", "covers " + samples + " samples, expected " + count);
        }
        return values;
    }
}
