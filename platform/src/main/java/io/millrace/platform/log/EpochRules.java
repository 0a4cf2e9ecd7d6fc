package io.millrace.platform.log;

import io.millrace.media.codec.Codec;
import io.millrace.media.mpegts.TsSegmentMuxer;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The rules of an epoch. They are part of the claim of its first session and do not change afterwards.
 *
 * @param rulesVersion version of the rules of session fold, cutter and muxers, up to {@link #CURRENT_VERSION}
 * @param segmentTargetMs a segment ends at the first keyframe once it has lasted this long
 * @param partTargetMs longest duration of a part
 * @param windowMs duration of the media that a live playlist lists
 * @param graceMs how long a publisher may be disconnected before the epoch ends
 * @param formats the formats that the packager muxes
 * @param nonce random number of the claim, which is part of the epoch's name ({@link EpochName}); {@link #NO_NONCE} in
 *     logs of version 1
 */
public record EpochRules(int rulesVersion, int segmentTargetMs, int partTargetMs, int windowMs, int graceMs,
        List<Format> formats, long nonce) {
    /** The nonce of epochs in version 1 of the log, and of rules in settings. */
    public static final long NO_NONCE = 0;
    private static final int NONCE_BITS = 48;
    /**
     * Since version 2, MPEG-TS carries MP3, and the duration of a message is that of all MP3 frames in it. Since
     * version 3, {@link GraceOver} ends an epoch whose session is live, and more claims are remembered. Since version
     * 4, an epoch ends by a record in {@code segments} and {@code index}. Since version 5, all sessions of an epoch
     * have the same tracks. Since version 6, PROGRAM-DATE-TIME follows the clock of ingest. Since version 7, there is
     * CMAF, MPEG-TS carries HEVC, AC-3 and E-AC-3, every track is cut by its own times, and the picture size of a VP9
     * keyframe is part of the track's configuration.
     */
    public static final int CURRENT_VERSION = 7;
    /**
     * The rules version of new epochs by version of the log: the first element is for version 1, and the last one also
     * for all later versions.
     */
    private static final List<Integer> BY_LOG_VERSION = List.of(CURRENT_VERSION);
    private static final int MP3_IN_TS_VERSION = 2;
    private static final int LATE_SOUND_VERSION = 2;
    private static final int DECIDED_OVER_VERSION = 3;
    private static final int MANY_CLAIMS_VERSION = 3;
    private static final int ENDED_BY_RECORD_VERSION = 4;
    private static final int ONE_TRACK_SET_VERSION = 5;
    private static final int FOLLOWS_CLOCK_VERSION = 6;
    private static final int CMAF_VERSION = 7;
    private static final int HEVC_AND_DOLBY_IN_TS_VERSION = 7;
    private static final int TRACKS_BY_TIME_VERSION = 7;
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

    /** Returns these rules with a new random nonce, for a new claim. */
    public EpochRules withNonce(RandomGenerator random) {
        long nonce = random.nextLong(NO_NONCE + 1, 1L << NONCE_BITS);
        return new EpochRules(rulesVersion, segmentTargetMs, partTargetMs, windowMs, graceMs, formats, nonce);
    }

    /** Whether {@code format} carries {@code codec} in epochs with these rules. */
    public boolean carries(Format format, Codec codec) {
        return switch (format) {
            case TS -> TsSegmentMuxer.carries(codec) && rulesVersion >= versionInTs(codec);
            case CMAF -> rulesVersion >= CMAF_VERSION;
        };
    }

    /** Returns the first version in which MPEG-TS carries a codec that {@link TsSegmentMuxer#carries}. */
    private static int versionInTs(Codec codec) {
        return switch (codec) {
            case MP3 -> MP3_IN_TS_VERSION;
            case HEVC, AC3, EAC3 -> HEVC_AND_DOLBY_IN_TS_VERSION;
            case AVC, AAC, AV1, VP9, OPUS, FLAC -> 1;
        };
    }

    /**
     * Whether the duration of a message is that of all MP3 frames in it. In earlier versions, it is that of the first
     * frame.
     */
    public boolean countsMp3Frames() {
        return rulesVersion >= MP3_IN_TS_VERSION;
    }

    /**
     * Whether a segment includes audio whose codec becomes known before the segment's first part is cut. In earlier
     * versions, the codec must be known when the segment begins.
     */
    public boolean takesLateSound() {
        return rulesVersion >= LATE_SOUND_VERSION;
    }

    /**
     * Whether readers remember more pending claims to a stream than ingest allows. In earlier versions, they remember
     * only a few.
     */
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
     * Whether {@link SessionTracks} takes effect: the session takes over with that record, and ends the epoch if the
     * session's tracks differ from those of the epoch.
     */
    public boolean hasOneTrackSet() {
        return rulesVersion >= ONE_TRACK_SET_VERSION;
    }

    /** Whether PROGRAM-DATE-TIME is corrected when the encoder's clock drifts from that of ingest. */
    public boolean followsClock() {
        return rulesVersion >= FOLLOWS_CLOCK_VERSION;
    }

    /**
     * Returns by how many ms a segment may begin before or after the end of the previous segment without a
     * discontinuity. 0 unless {@link #followsClock}.
     */
    public int largestStepMs() {
        return followsClock() ? LARGEST_STEP_MS : 0;
    }

    /**
     * Whether a part has the samples of its time from every track, and cuts have the further tracks of multitrack. In
     * earlier versions, a part is a contiguous run of the log with the default tracks.
     */
    public boolean cutsTracksByTime() {
        return rulesVersion >= TRACKS_BY_TIME_VERSION;
    }
}
