package io.millrace.media.fmp4;

/**
 * The properties of a chunk, apart from its samples. Immutable.
 *
 * @param sequence number of the fragment (mfhd), unsigned 32 bits; must increase within a track
 * @param decodingTicks decoding time of the first sample (tfdt), 0 or more: that of the previous chunk and the sum of its
 *     durations
 * @param opensSegment whether it is the first chunk of a segment, which begins with {@code styp}
 * @param received when its media was received, or null
 */
public record ChunkHead(long sequence, long decodingTicks, boolean opensSegment, ProducerTime received) {
    public ChunkHead {
        if (decodingTicks < 0) {
            throw new IllegalArgumentException("decoding time " + decodingTicks + " is negative");
        }
    }
}
