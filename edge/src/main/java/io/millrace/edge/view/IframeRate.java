package io.millrace.edge.view;

import java.util.List;

/**
 * The bitrate of a playlist of keyframes, bits per second; 0 if no segment begins with a keyframe.
 *
 * @param peak of the keyframe with the highest quotient of its size and the time to the next one
 * @param average of all keyframes, over the time of their segments
 */
record IframeRate(long peak, long average) {
    static final IframeRate NONE = new IframeRate(0, 0);

    static IframeRate of(List<Segment> segments) {
        long peak = 0;
        long bytes = 0;
        long ticks = 0;
        for (Segment segment : segments) {
            if (segment.keyframeBytes() > 0) {
                peak = Math.max(peak, Segment.bitrate(segment.keyframeBytes(), segment.durationTicks()));
                bytes += segment.keyframeBytes();
                ticks += segment.durationTicks();
            }
        }
        return new IframeRate(peak, Segment.bitrate(bytes, ticks));
    }
}
