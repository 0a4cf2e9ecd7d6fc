package io.millrace.platform.log;

import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One audio, video or data message of a publisher. Ingest has parsed the payload; the other fields contain the results.
 *
 * @param session number of the session, see {@link SessionStarted#number}
 * @param seq number of the packet in the session, from 0 without gaps
 * @param arrivalUs wall clock of the ingest node when the message was complete, µs since 1970
 * @param timestampMs the message's timestamp, unwrapped to 64 bits
 * @param compositionTimeMs presentation minus decoding time of a video frame, may be negative; else 0
 * @param kind audio, video or data
 * @param track 0 except in Enhanced RTMP multitrack
 * @param content what the body contains
 * @param bodyFormat format of the body, see {@link BodyReader}; possibly of a later release, which this one does not
 *     know
 * @param body the body verbatim as the publisher sent it; shares memory with the record that it was read from
 */
public record Packet(long session, long seq, long arrivalUs, long timestampMs, int compositionTimeMs, Kind kind,
        int track, Content content, long bodyFormat, ByteBuffer body) implements PacketsRecord {

    /** Creates a packet with an FLV tag body. */
    public Packet(long session, long seq, long arrivalUs, long timestampMs, int compositionTimeMs, Kind kind, int track,
            Content content, ByteBuffer body) {
        this(session, seq, arrivalUs, timestampMs, compositionTimeMs, kind, track, content, BodyReader.FLV_TAG, body);
    }

    public enum Kind { AUDIO, VIDEO, DATA }

    public enum Content {
        /** A codec configuration (sequence header). */
        CONFIG,
        /** A video frame that can be decoded independently, by its NAL type and not by the FLV flag. */
        KEYFRAME,
        /** A video frame with the keyframe flag that is not independent (open GOP, intra refresh). */
        RECOVERY_POINT,
        /** Another frame, or data. */
        OTHER;

        /** Returns the content that the three flags of the log record describe. At most one of them may be set. */
        static Content of(boolean keyframe, boolean recoveryPoint, boolean config) {
            if (config) {
                return CONFIG;
            }
            return keyframe ? KEYFRAME : recoveryPoint ? RECOVERY_POINT : OTHER;
        }
    }

    public boolean isConfig() {
        return content == Content.CONFIG;
    }

    public boolean isKeyframe() {
        return content == Content.KEYFRAME;
    }

    public boolean isRecoveryPoint() {
        return content == Content.RECOVERY_POINT;
    }

    /**
     * Parses the body and returns the media of its main track; of a data message, none.
     *
     * @throws io.millrace.media.bytes.MediaException if the body is malformed, or this release does not know its format
     *     or codec
     */
    public TrackMedia media() {
        return switch (kind) {
            case VIDEO -> BodyReader.video(bodyFormat, timestampMs, body);
            case AUDIO -> BodyReader.audio(bodyFormat, timestampMs, body);
            case DATA -> new TrackMedia.None(track);
        };
    }

    /** Returns whether the body may contain tracks other than the default one. It is not parsed. */
    public boolean mayHaveFurtherTracks() {
        return track != 0 || body.hasRemaining() && switch (kind) {
            case VIDEO -> BodyReader.mayHaveVideoTracks(bodyFormat, body);
            case AUDIO -> BodyReader.mayHaveAudioTracks(bodyFormat, body);
            case DATA -> false;
        };
    }

    /** Parses the body and returns the media of all its tracks, as {@link #media} does. */
    public List<TrackMedia> allMedia() {
        return switch (kind) {
            case VIDEO -> BodyReader.videoTracks(bodyFormat, timestampMs, body);
            case AUDIO -> BodyReader.audioTracks(bodyFormat, timestampMs, body);
            case DATA -> List.of();
        };
    }

    /** Returns a copy of this packet with another session and number. */
    public Packet numbered(long ofSession, long number) {
        return new Packet(ofSession, number, arrivalUs, timestampMs, compositionTimeMs, kind, track, content,
                bodyFormat,
                body);
    }

    /**
     * Returns a copy of this packet with another session and number, and with other times.
     *
     * @param arrivedUs arrival at ingest, µs since 1970
     * @param atMs the message's timestamp, unwrapped
     */
    public Packet at(long ofSession, long number, long arrivedUs, long atMs) {
        return new Packet(ofSession, number, arrivedUs, atMs, compositionTimeMs, kind, track, content, bodyFormat,
                body);
    }

    public Packet withBody(ByteBuffer other) {
        return new Packet(session, seq, arrivalUs, timestampMs, compositionTimeMs, kind, track, content, bodyFormat,
                other);
    }
}
