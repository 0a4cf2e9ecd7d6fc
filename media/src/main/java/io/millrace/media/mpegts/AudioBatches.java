package io.millrace.media.mpegts;

import java.util.ArrayList;
import java.util.List;

/** Groups audio frames into PES packets, because a header of its own for every frame costs a tenth of the bit rate. */
final class AudioBatches {
    /** Frames of one PES packet with their headers: 16 transport packets. */
    static final int LIMIT_BYTES = 2_900;
    /** From the first frame of a batch to its last. */
    static final long LIMIT_TICKS = 18_000;
    /** Where audio carries the clock, which has to come every 100 ms. */
    static final long LIMIT_WITH_CLOCK_TICKS = 6_750;

    private AudioBatches() {}

    /**
     * @param frames of one track in decoding order; a frame that jumps back in time begins a batch
     * @param headerBytes what is written before each of them
     */
    static List<List<TsSample>> of(List<TsSample> frames, int headerBytes, boolean withClock) {
        long limitTicks = withClock ? LIMIT_WITH_CLOCK_TICKS : LIMIT_TICKS;
        List<List<TsSample>> batches = new ArrayList<>();
        List<TsSample> batch = List.of();
        int bytes = 0;
        for (TsSample frame : frames) {
            int frameBytes = frame.data().remaining() + headerBytes;
            long span = batch.isEmpty() ? Long.MAX_VALUE : frame.pts90k() - batch.getFirst().pts90k();
            if (span < 0 || span >= limitTicks || bytes + frameBytes > LIMIT_BYTES) {
                batch = new ArrayList<>();
                batches.add(batch);
                bytes = 0;
            }
            batch.add(frame);
            bytes += frameBytes;
        }
        return batches;
    }
}
