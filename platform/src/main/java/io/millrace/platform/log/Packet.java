package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * One RTMP audio, video or data message. Ingest has parsed the payload; the other fields contain the results.
 *
 * @param session number of the session, which is the offset of its {@link SessionStarted}
 * @param seq number of the packet in the session, from 0 without gaps
 * @param arrivalUs wall clock of the ingest node when the message was complete, µs since 1970
 * @param timestampMs the RTMP timestamp, unwrapped to 64 bits
 * @param compositionTimeMs presentation minus decoding time of a video frame, may be negative; else 0
 * @param track 0 except in Enhanced RTMP multitrack
 * @param keyframe whether this is a video frame that can be decoded independently, by its NAL type and not by the FLV
 *     flag
 * @param recoveryPoint whether this is a video frame with the keyframe flag that is not independent (open GOP, intra
 *     refresh)
 * @param config whether this is a codec configuration (sequence header) and not a frame
 * @param body the FLV tag body verbatim; shares memory with the record that it was read from
 */
public record Packet(long session, long seq, long arrivalUs, long timestampMs, int compositionTimeMs, Kind kind,
        int track, boolean keyframe, boolean recoveryPoint, boolean config, ByteBuffer body) implements PacketsRecord {

    public enum Kind { AUDIO, VIDEO, DATA }
}
