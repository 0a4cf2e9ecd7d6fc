package io.millrace.media.mpegts;

import java.util.ArrayList;
import java.util.List;

/** Groups audio frames into PES packets, because a PES header for every frame costs a tenth of the bit rate. */
final class AudioBatches {
    /** Maximum size of the frames in one PES packet, headers included: 16 transport packets. */
    static final int LIMIT_BYTES = 2_900;
    /** Maximum time from the first to the last frame of a batch: 200 ms in 90 kHz ticks, exclusive. */
    static final long LIMIT_TICKS = 18_000;
    /** The same if the audio carries the clock, which must appear every 100 ms: 75 ms. */
    static final long LIMIT_WITH_CLOCK_TICKS = 6_750;

    private AudioBatches() {}

    /**
     * Splits frames into batches.
     *
     * @param frames frames of one track in decoding order; a frame that jumps back in time begins a new batch
     * @param headerBytes size of the header before each frame
     * @param withClock whether this track carries the clock
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
