package io.millrace.media.fmp4;

import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the samples of one track and writes them as a chunk (ISO/IEC 14496-12, 8.8; CMAF: ISO/IEC 23000-19, 7.3.2.3).
 * The bytes of a segment are the bytes of its chunks, concatenated.
 *
 * <pre>
 * [styp]                    in the first chunk of a segment
 * [prft]                    version 1
 * moof  mfhd
 *       traf  tfhd          default-base-is-moof, and the values that all samples have in common
 *             tfdt          version 1
 *             trun          version 1: signed composition offsets; the values that differ
 * mdat
 * </pre>
 *
 * <p>The arrays grow to the size of the largest chunk and are reused; the buffer of a chunk has exactly its size. Nothing
 * else is allocated per sample. Confined to one thread.
 */
public final class ChunkWriter {
    /** Maximum size of a sample: what the 24-bit length of an RTMP message can express, rounded up. */
    public static final int MAX_SAMPLE_BYTES = 16 * 1024 * 1024;
    /** Maximum size of the samples of a chunk. */
    public static final int MAX_CHUNK_BYTES = 1 << 30;
    /** Maximum number of samples of a chunk: more than an hour of audio. */
    public static final int MAX_SAMPLES = 1 << 18;

    private static final long LARGEST_UINT32 = 0xFFFF_FFFFL;
    private static final int FIRST_CAPACITY = 128;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final int STYP = fourCc("styp");
    private static final int MSDH = fourCc("msdh");
    private static final int CMFS = fourCc("cmfs");
    private static final int PRFT = fourCc("prft");
    private static final int MOOF = fourCc("moof");
    private static final int MFHD = fourCc("mfhd");
    private static final int TRAF = fourCc("traf");
    private static final int TFHD = fourCc("tfhd");
    private static final int TFDT = fourCc("tfdt");
    private static final int TRUN = fourCc("trun");
    private static final int MDAT = fourCc("mdat");

    private static final int STYP_BYTES = 24;
    private static final int PRFT_BYTES = 32;
    private static final int BOX_BYTES = 8;
    private static final int MFHD_BYTES = 16;
    private static final int TFHD_BYTES = 16;
    private static final int TFDT_BYTES = 20;
    private static final int TRUN_BYTES = 20;

    private static final int VERSION_1 = 1 << 24;
    /** Flags of prft: the time has a constant offset from the input, and is a real time. */
    private static final int PRFT_FLAGS = 24;
    private static final int BASE_IS_MOOF = 0x2_0000;
    private static final int DEFAULT_DURATION = 0x8;
    private static final int DEFAULT_SIZE = 0x10;
    private static final int DEFAULT_FLAGS = 0x20;
    private static final int DATA_OFFSET = 0x1;
    private static final int FIRST_SAMPLE_FLAGS = 0x4;
    private static final int SAMPLE_DURATION = 0x100;
    private static final int SAMPLE_SIZE = 0x200;
    private static final int SAMPLE_FLAGS = 0x400;
    private static final int SAMPLE_COMPOSITION = 0x800;
    /** Flags of a sample: depends on no other one; depends on others, and is no sync sample. */
    private static final int SYNC = 0x0200_0000;
    private static final int NON_SYNC = 0x0101_0000;

    private final int trackId;
    private int[] durations = new int[FIRST_CAPACITY];
    private int[] compositions = new int[FIRST_CAPACITY];
    private boolean[] syncs = new boolean[FIRST_CAPACITY];
    private ByteBuffer[] data = new ByteBuffer[FIRST_CAPACITY];
    private int count;
    private int syncCount;
    private int dataBytes;
    private long durationTicks;

    /** @param trackId track_ID in the init section */
    public ChunkWriter(int trackId) {
        this.trackId = trackId;
    }

    private static int fourCc(String type) {
        return type.charAt(0) << 24 | type.charAt(1) << 16 | type.charAt(2) << 8 | type.charAt(3);
    }

    /**
     * Adds a sample.
     *
     * @param sampleTicks time until the decoding time of the next sample, 0 to 2^32 - 1
     * @param compositionTicks presentation time minus decoding time, may be negative
     * @param sync whether decoding can start here
     * @param sample used until {@link #write}; its position does not change
     * @throws OverLimitException if the sample or the chunk is too large; the sample is not added
     */
    public void add(long sampleTicks, int compositionTicks, boolean sync, ByteBuffer sample) {
        int sizeBytes = sample.remaining();
        if (sampleTicks < 0) {
            throw new IllegalArgumentException("duration " + sampleTicks + " is negative");
        }
        if (sampleTicks > LARGEST_UINT32) {
            throw new OverLimitException("trun", "sample_duration", sampleTicks, LARGEST_UINT32);
        }
        if (sizeBytes > MAX_SAMPLE_BYTES) {
            throw new OverLimitException("trun", "sample_size", sizeBytes, MAX_SAMPLE_BYTES);
        }
        if (sizeBytes > MAX_CHUNK_BYTES - dataBytes) {
            throw new OverLimitException("mdat", "size", (long) dataBytes + sizeBytes, MAX_CHUNK_BYTES);
        }
        if (count == MAX_SAMPLES) {
            throw new OverLimitException("trun", "sample_count", count + 1L, MAX_SAMPLES);
        }
        if (count == durations.length) {
            grow();
        }
        durations[count] = (int) sampleTicks;
        compositions[count] = compositionTicks;
        syncs[count] = sync;
        data[count++] = sample;
        syncCount += sync ? 1 : 0;
        dataBytes += sizeBytes;
        durationTicks += sampleTicks;
    }

    private void grow() {
        int capacity = count * 2;
        durations = Arrays.copyOf(durations, capacity);
        compositions = Arrays.copyOf(compositions, capacity);
        syncs = Arrays.copyOf(syncs, capacity);
        data = Arrays.copyOf(data, capacity);
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Returns the size of the samples added since the last chunk. */
    public int dataBytes() {
        return dataBytes;
    }

    /** Returns the sum of the durations of the samples added since the last chunk. */
    public long durationTicks() {
        return durationTicks;
    }

    /**
     * Returns the chunk, and begins another one.
     *
     * @throws IllegalStateException without samples: a chunk has at least one
     */
    public ByteBuffer write(ChunkHead head) {
        return write(head, NOTHING);
    }

    /**
     * Returns {@code first}, such as an init section, and the chunk after it in one buffer, and begins another chunk.
     *
     * @param first its position does not change
     * @throws IllegalStateException without samples: a chunk has at least one
     */
    public ByteBuffer write(ChunkHead head, ByteBuffer first) {
        if (count == 0) {
            throw new IllegalStateException("a chunk needs a sample");
        }
        int headerFlags = headerFlags();
        int runFlags = runFlags(headerFlags);
        int headerBytes = TFHD_BYTES + Integer.BYTES * Integer.bitCount(headerFlags & ~BASE_IS_MOOF);
        int runBytes = TRUN_BYTES + ((runFlags & FIRST_SAMPLE_FLAGS) != 0 ? Integer.BYTES : 0)
                + count * Integer.BYTES * Integer.bitCount(runFlags & ~(DATA_OFFSET | FIRST_SAMPLE_FLAGS));
        int trafBytes = BOX_BYTES + headerBytes + TFDT_BYTES + runBytes;
        int moofBytes = BOX_BYTES + MFHD_BYTES + trafBytes;
        ByteBuffer out = ByteBuffer.allocate(first.remaining() + (head.opensSegment() ? STYP_BYTES : 0)
                + (head.received() == null ? 0 : PRFT_BYTES) + moofBytes + BOX_BYTES + dataBytes);
        out.put(first.duplicate());
        before(head, out);
        out.putInt(moofBytes).putInt(MOOF);
        out.putInt(MFHD_BYTES).putInt(MFHD).putInt(0).putInt((int) head.sequence());
        out.putInt(trafBytes).putInt(TRAF);
        trackHeader(headerFlags, headerBytes, out);
        out.putInt(TFDT_BYTES).putInt(TFDT).putInt(VERSION_1).putLong(head.decodingTicks());
        out.putInt(runBytes).putInt(TRUN).putInt(VERSION_1 | runFlags).putInt(count).putInt(moofBytes + BOX_BYTES);
        samples(runFlags, out);
        out.putInt(BOX_BYTES + dataBytes).putInt(MDAT);
        payload(out);
        clear();
        return out.flip();
    }

    private void before(ChunkHead head, ByteBuffer out) {
        if (head.opensSegment()) {
            out.putInt(STYP_BYTES).putInt(STYP).putInt(MSDH).putInt(0).putInt(MSDH).putInt(CMFS);
        }
        if (head.received() != null) {
            out.putInt(PRFT_BYTES).putInt(PRFT).putInt(VERSION_1 | PRFT_FLAGS).putInt(trackId)
                    .putLong(head.received().ntp()).putLong(head.received().mediaTicks());
        }
    }

    /** Returns the flags of tfhd: which values all samples have in common. */
    private int headerFlags() {
        boolean sameDuration = true;
        boolean sameSize = true;
        for (int i = 1; i < count; i++) {
            sameDuration &= durations[i] == durations[0];
            sameSize &= data[i].remaining() == data[0].remaining();
        }
        return BASE_IS_MOOF | (sameDuration ? DEFAULT_DURATION : 0) | (sameSize ? DEFAULT_SIZE : 0)
                | (hasCommonFlags() ? DEFAULT_FLAGS : 0);
    }

    private boolean hasCommonFlags() {
        return syncCount == count || syncCount == 0 || syncCount == 1 && syncs[0];
    }

    /** Returns the flags of trun: which values are listed for each sample. */
    private int runFlags(int headerFlags) {
        boolean composed = false;
        for (int i = 0; i < count; i++) {
            composed |= compositions[i] != 0;
        }
        boolean onlyFirstIsSync = syncCount == 1 && syncs[0] && count > 1;
        return DATA_OFFSET | (onlyFirstIsSync ? FIRST_SAMPLE_FLAGS : 0)
                | ((headerFlags & DEFAULT_DURATION) != 0 ? 0 : SAMPLE_DURATION)
                | ((headerFlags & DEFAULT_SIZE) != 0 ? 0 : SAMPLE_SIZE)
                | ((headerFlags & DEFAULT_FLAGS) != 0 ? 0 : SAMPLE_FLAGS) | (composed ? SAMPLE_COMPOSITION : 0);
    }

    private void trackHeader(int flags, int sizeBytes, ByteBuffer out) {
        out.putInt(sizeBytes).putInt(TFHD).putInt(flags).putInt(trackId);
        if ((flags & DEFAULT_DURATION) != 0) {
            out.putInt(durations[0]);
        }
        if ((flags & DEFAULT_SIZE) != 0) {
            out.putInt(data[0].remaining());
        }
        if ((flags & DEFAULT_FLAGS) != 0) {
            out.putInt(syncCount == count ? SYNC : NON_SYNC);
        }
    }

    private void samples(int flags, ByteBuffer out) {
        if ((flags & FIRST_SAMPLE_FLAGS) != 0) {
            out.putInt(SYNC);
        }
        for (int i = 0; i < count; i++) {
            if ((flags & SAMPLE_DURATION) != 0) {
                out.putInt(durations[i]);
            }
            if ((flags & SAMPLE_SIZE) != 0) {
                out.putInt(data[i].remaining());
            }
            if ((flags & SAMPLE_FLAGS) != 0) {
                out.putInt(syncs[i] ? SYNC : NON_SYNC);
            }
            if ((flags & SAMPLE_COMPOSITION) != 0) {
                out.putInt(compositions[i]);
            }
        }
    }

    private void payload(ByteBuffer out) {
        int position = out.position();
        for (int i = 0; i < count; i++) {
            ByteBuffer sample = data[i];
            out.put(position, sample, sample.position(), sample.remaining());
            position += sample.remaining();
        }
        out.position(position);
    }

    private void clear() {
        Arrays.fill(data, 0, count, null);
        count = 0;
        syncCount = 0;
        dataBytes = 0;
        durationTicks = 0;
    }
}
