package io.millrace.media.mp4;

/**
 * One frame of a track that is being written.
 *
 * @param decodingTicks on the time line that all tracks share, in the track's ticks; rising
 * @param compositionTicks presentation minus decoding time, may be negative
 * @param durationTicks how long it lasts if no successor says; else the successor's decoding time does
 * @param sizeBytes of its data
 * @param sync whether decoding may start here
 */
public record Mp4Sample(long decodingTicks, int compositionTicks, int durationTicks, int sizeBytes, boolean sync) {
    long presentationTicks() {
        return decodingTicks + compositionTicks;
    }
}
