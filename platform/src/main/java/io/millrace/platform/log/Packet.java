package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * One RTMP audio, video or data message. Whatever needs a look into the payload was decided at ingest and stands before it.
 *
 * @param session the number of the session: offset of its {@link SessionStarted}
 * @param seq counts the session's packets from 0 without a gap
 * @param arrivalUs wall clock of the ingest node when the message was complete, µs since 1970
 * @param timestampMs the RTMP timestamp, unwrapped to 64 bits
 * @param compositionTimeMs presentation minus decoding time of a video frame, may be negative; else 0
 * @param track 0 but for Enhanced RTMP multitrack
 * @param keyframe a video frame that is independently decodable, by NAL type and not by the FLV flag
 * @param recoveryPoint a video frame flagged as key without being independent (open GOP, intra refresh)
 * @param config a codec configuration (sequence header), not a frame
 * @param body the FLV tag body verbatim; shares memory with the record that it was read from
 */
public record Packet(long session, long seq, long arrivalUs, long timestampMs, int compositionTimeMs, Kind kind,
        int track, boolean keyframe, boolean recoveryPoint, boolean config, ByteBuffer body) implements PacketsRecord {

    public enum Kind { AUDIO, VIDEO, DATA }
}
