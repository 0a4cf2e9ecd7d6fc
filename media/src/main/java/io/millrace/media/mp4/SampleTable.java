package io.millrace.media.mp4;

import java.util.BitSet;

/**
 * Where the samples of one track are and when they are due (the {@code stbl} box, ISO/IEC 14496-12, 8.5 to 8.7).
 *
 * <p>Immutable. Samples are numbered from 0. Times are ticks of the track's timescale, before its edit list.
 */
public final class SampleTable {
    private final long[] offsets;
    private final int[] sizes;
    private final int[] descriptions;
    private final long[] decodingTimes;
    private final int[] compositionOffsets;
    private final BitSet sync;
    private final long endTicks;

    /** Takes the arrays over; {@code descriptions} and {@code compositionOffsets} are empty if all of them are 0. */
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

    /** Position of the sample's first byte in the file; the file may be shorter. */
    public long offset(int sample) {
        return offsets[sample];
    }

    public int sizeBytes(int sample) {
        return sizes[sample];
    }

    /** Which of {@link Mp4Track#configs} holds for it. */
    public int description(int sample) {
        return descriptions.length == 0 ? 0 : descriptions[sample];
    }

    public long decodingTicks(int sample) {
        return decodingTimes[sample];
    }

    /** Presentation minus decoding time, may be negative. */
    public int compositionOffsetTicks(int sample) {
        return compositionOffsets.length == 0 ? 0 : compositionOffsets[sample];
    }

    public boolean isSync(int sample) {
        return sync.get(sample);
    }

    /** Decoding time of the last sample plus its duration, 0 without samples. */
    public long endTicks() {
        return endTicks;
    }
}
