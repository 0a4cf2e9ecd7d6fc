package io.millrace.platform.log;

import io.millrace.media.codec.Codec;
import io.millrace.media.mpegts.TsSegmentMuxer;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The rules of an epoch. They are part of the claim of its first session and do not change afterwards.
 *
 * @param rulesVersion version of the rules of session fold, cutter and muxers, up to {@link #CURRENT_VERSION}
 * @param segmentTargetMs a segment ends at the first keyframe after this duration
 * @param partTargetMs longest duration of a part
 * @param windowMs duration that a live playlist lists
 * @param graceMs how long a publisher may be disconnected before the epoch ends
 * @param formats the formats that the packager muxes
 * @param nonce random number of the claim, which is part of the epoch's name ({@link EpochName}); {@link #NO_NONCE} in logs of
 *     version 1
 */
public record EpochRules(int rulesVersion, int segmentTargetMs, int partTargetMs, int windowMs, int graceMs,
        List<Format> formats, long nonce) {
    public static final long NO_NONCE = 0;
    private static final int NONCE_BITS = 48;
    /**
     * Since version 2, MPEG-TS carries MP3, and the duration of a message is that of all MP3 frames in it. Since
     * version 3, {@link GraceOver} ends an epoch whose session is live, and more claims are remembered. Since version
     * 4, an epoch ends by a record in {@code segments} and {@code index}. Since version 5, all sessions of an epoch
     * have the same tracks. Since version 6, PROGRAM-DATE-TIME follows the clock of ingest.
     */
    public static final int CURRENT_VERSION = 6;
    /** The version that new epochs have in each version of the log, from 1 on. */
    private static final List<Integer> BY_LOG_VERSION = List.of(CURRENT_VERSION);
    private static final int MP3_IN_TS_VERSION = 2;
    private static final int LATE_SOUND_VERSION = 2;
    private static final int DECIDED_OVER_VERSION = 3;
    private static final int MANY_CLAIMS_VERSION = 3;
    private static final int ENDED_BY_RECORD_VERSION = 4;
    private static final int ONE_TRACK_SET_VERSION = 5;
    private static final int FOLLOWS_CLOCK_VERSION = 6;
    private static final int LARGEST_STEP_MS = 50;

    /** Returns the rules with a version that all nodes can apply: see {@link LogVersions}. */
    public EpochRules ofWrittenLog() {
        int newest = BY_LOG_VERSION.get(Math.min(LogVersions.written(), BY_LOG_VERSION.size()) - 1);
        return new EpochRules(Math.min(rulesVersion, newest), segmentTargetMs, partTargetMs, windowMs, graceMs,
                formats, nonce);
    }

    /** Creates rules as in version 1 of the log, and as in settings: without a nonce. */
    public EpochRules(int rulesVersion, int segmentTargetMs, int partTargetMs, int windowMs, int graceMs,
            List<Format> formats) {
        this(rulesVersion, segmentTargetMs, partTargetMs, windowMs, graceMs, formats, NO_NONCE);
    }

    /** Returns these rules for a new claim. */
    public EpochRules withNonce(RandomGenerator random) {
        long nonce = random.nextLong(NO_NONCE + 1, 1L << NONCE_BITS);
        return new EpochRules(rulesVersion, segmentTargetMs, partTargetMs, windowMs, graceMs, formats, nonce);
    }

    /** Whether {@code format} carries {@code codec} in epochs with these rules. */
    public boolean carries(Format format, Codec codec) {
        return switch (format) {
            case TS -> TsSegmentMuxer.carries(codec) && (codec != Codec.MP3 || rulesVersion >= MP3_IN_TS_VERSION);
        };
    }

    /** Whether the duration of a message is that of all MP3 frames in it, or of the first one only. */
    public boolean countsMp3Frames() {
        return rulesVersion >= MP3_IN_TS_VERSION;
    }

    /**
     * Whether a segment has the audio whose codec is known before the segment's first part is cut, or at its beginning.
     */
    public boolean takesLateSound() {
        return rulesVersion >= LATE_SOUND_VERSION;
    }

    /** Whether readers remember more claims than ingest allows, or only a few. */
    public boolean remembersManyClaims() {
        return rulesVersion >= MANY_CLAIMS_VERSION;
    }

    /**
     * Whether {@link GraceOver} ends the epoch even if a late packet has undone the session's end. In these versions,
     * the session's node no longer uses the session when the record is written.
     */
    public boolean graceOverEndsLiveSession() {
        return rulesVersion >= DECIDED_OVER_VERSION;
    }

    /**
     * Whether {@link EpochEnded} ends the epoch in {@code segments} and {@code index}. Earlier epochs have no such
     * record; only the directory says that they are over.
     */
    public boolean endsByRecord() {
        return rulesVersion >= ENDED_BY_RECORD_VERSION;
    }

    /**
     * Whether {@link SessionTracks} counts: the session takes over with it, and ends the epoch if its tracks differ
     * from those of the epoch.
     */
    public boolean hasOneTrackSet() {
        return rulesVersion >= ONE_TRACK_SET_VERSION;
    }

    /** Whether PROGRAM-DATE-TIME is corrected when the encoder's clock drifts from that of ingest. */
    public boolean followsClock() {
        return rulesVersion >= FOLLOWS_CLOCK_VERSION;
    }

    /**
     * Returns by how much a segment may begin, without a discontinuity, before or after the end of the segment before,
     * ms. See {@link #followsClock}.
     */
    public int largestStepMs() {
        return followsClock() ? LARGEST_STEP_MS : 0;
    }
}
