package io.millrace.segmenter.cut;

import io.millrace.media.remux.BodyReader;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RecordSchema.Generic;

/** Warns of encoder faults that affect players or viewers. Compares the default tracks. Confined to one thread. */
final class EncoderFaults {
    /**
     * Largest difference between the timestamps of audio and video without a warning, measured at the arrival of a
     * video frame.
     */
    static final long LARGEST_SKEW_MS = 1_000;
    /**
     * A track that has no frame for this long, measured by the other track's timestamps, is silent, which makes players
     * stop.
     */
    private static final long SILENCE_MS = 3_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final EpochRules rules;
    /** Timestamp of the newest video frame, or of the line's first packet before it. */
    private long videoSeenMs;
    /** Timestamp of the newest audio frame on this line, {@link #NEVER} before the first. */
    private long audioMs = NEVER;

    EncoderFaults(EpochRules rules) {
        this.rules = rules;
    }

    void beginLine(long originMs) {
        audioMs = NEVER;
        videoSeenMs = originMs;
    }

    void video(Packet packet, Step out) {
        videoSeenMs = packet.timestampMs();
        boolean flagged = BodyReader.isFlaggedKey(packet.bodyFormat(), packet.body());
        if (flagged != packet.isKeyframe()) {
            out.warn(StreamWarning.KEYFRAME_FLAGS, flagged
                    ? "frames are flagged as keyframes but cannot be decoded on their own"
                    : "keyframes are not flagged as such");
        }
        // Only at video frames: in a slow slide show, video lags behind audio between any two frames, which is no
        // fault.
        if (audioMs != NEVER && isSilent(packet.timestampMs() - audioMs)) {
            out.warn(StreamWarning.TRACK_SILENT, "no audio for " + (packet.timestampMs() - audioMs) / 1_000
                    + " s while video arrives: players stop");
        } else if (audioMs != NEVER && Math.abs(packet.timestampMs() - audioMs) > LARGEST_SKEW_MS) {
            out.warn(StreamWarning.TRACK_SKEW, "video is " + Math.abs(packet.timestampMs() - audioMs) + " ms "
                    + (packet.timestampMs() > audioMs ? "ahead of" : "behind") + " audio");
        }
    }

    /** Returns for how many ms video has been silent. */
    long audio(Packet packet, boolean videoLeads, Step out) {
        audioMs = packet.timestampMs();
        long silentMs = sinceVideoMs(packet);
        if (videoLeads && isSilent(silentMs)) {
            out.warn(StreamWarning.TRACK_SILENT,
                    "no video for " + silentMs / 1_000 + " s while audio arrives: players stop");
        }
        return silentMs;
    }

    /** Returns for how many ms video has been silent at a packet. */
    long sinceVideoMs(Packet packet) {
        return packet.timestampMs() - videoSeenMs;
    }

    /** Returns whether a track is silent. Epochs with earlier rules never report silence. */
    private boolean isSilent(long silentMs) {
        return rules.hasOneTrackSet() && silentMs > SILENCE_MS;
    }

    Generic write(Generic cutter) {
        return cutter.put("videoSeenMs", videoSeenMs).put("audioMs", audioMs);
    }

    static EncoderFaults read(EpochRules rules, Generic cutter) {
        EncoderFaults faults = new EncoderFaults(rules);
        faults.videoSeenMs = cutter.int64("videoSeenMs");
        faults.audioMs = cutter.int64("audioMs");
        return faults;
    }
}
