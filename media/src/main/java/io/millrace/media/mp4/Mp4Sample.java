package io.millrace.media.mp4;

/**
 * One frame of a track that is being written.
 *
 * @param decodingTicks decoding time in the track's timescale; 0 is the same moment in all tracks; must not decrease
 * @param compositionTicks presentation time minus decoding time, may be negative
 * @param durationTicks duration of the frame. In the file, only the last sample of a track has it; any other sample
 *     lasts until the decoding time of the next one
 * @param sizeBytes size of its data
 * @param sync whether decoding can start here
 */
public record Mp4Sample(long decodingTicks, int compositionTicks, int durationTicks, int sizeBytes, boolean sync) {
    long presentationTicks() {
        return decodingTicks + compositionTicks;
    }
}
