package io.millrace.media.mp4;

import java.util.BitSet;

/**
 * Positions and times of the samples of one track (the {@code stbl} box, ISO/IEC 14496-12, 8.5 to 8.7).
 *
 * <p>Immutable. Samples are numbered from 0. Times are in ticks of the track's timescale, before its edit list is
 * applied.
 */
public final class SampleTable {
    private final long[] offsets;
    private final int[] sizes;
    private final int[] descriptions;
    private final long[] decodingTimes;
    private final int[] compositionOffsets;
    private final BitSet sync;
    private final long endTicks;

    /**
     * Takes ownership of the arrays; {@code descriptions} and {@code compositionOffsets} are empty if all values are 0.
     */
    SampleTable(long[] offsets, int[] sizes, int[] descriptions, long[] decodingTimes, int[] compositionOffsets,
            BitSet sync,
            long endTicks) {
        this.offsets = offsets;
        this.sizes = sizes;
        this.descriptions = descriptions;
        this.decodingTimes = decodingTimes;
        this.compositionOffsets = compositionOffsets;
        this.sync = sync;
        this.endTicks = endTicks;
    }

    public int count() {
        return sizes.length;
    }

    /** Returns the position of the sample's first byte in the file; it may be beyond the end of the file. */
    public long offset(int sample) {
        return offsets[sample];
    }

    public int sizeBytes(int sample) {
        return sizes[sample];
    }

    /** Returns the index of the sample's configuration in {@link Mp4Track#configs}. */
    public int description(int sample) {
        return descriptions.length == 0 ? 0 : descriptions[sample];
    }

    public long decodingTicks(int sample) {
        return decodingTimes[sample];
    }

    /** Returns presentation time minus decoding time; may be negative. */
    public int compositionOffsetTicks(int sample) {
        return compositionOffsets.length == 0 ? 0 : compositionOffsets[sample];
    }

    public boolean isSync(int sample) {
        return sync.get(sample);
    }

    /** Returns the decoding time of the last sample plus its duration, or 0 without samples. */
    public long endTicks() {
        return endTicks;
    }
}
