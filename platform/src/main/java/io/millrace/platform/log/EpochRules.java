package io.millrace.platform.log;

import io.millrace.media.codec.Codec;
import io.millrace.media.mpegts.TsSegmentMuxer;
import java.util.List;

/**
 * What holds for a whole epoch, fixed by its first session.
 *
 * @param rulesVersion version of the rules of cutter and muxers, from {@link #CURRENT_VERSION}
 * @param segmentTargetMs cut at the first keyframe after this long
 * @param partTargetMs no part is longer
 * @param windowMs what a live playlist lists
 * @param graceMs how long a publisher may be away before the epoch ends
 * @param formats what the packager muxes
 */
public record EpochRules(int rulesVersion, int segmentTargetMs, int partTargetMs, int windowMs, int graceMs,
        List<Format> formats) {
    /** Version 2: MPEG-TS carries MP3, and a message of several MP3 frames lasts as long as all of them. */
    public static final int CURRENT_VERSION = 2;
    private static final int MP3_IN_TS_VERSION = 2;

    /** Whether {@code format} has a place for {@code codec} in epochs with these rules. */
    public boolean carries(Format format, Codec codec) {
        return switch (format) {
            case TS -> TsSegmentMuxer.carries(codec) && (codec != Codec.MP3 || rulesVersion >= MP3_IN_TS_VERSION);
        };
    }

    /** Whether every MP3 frame of a message counts for how long it lasts, or the first one alone. */
    public boolean countsMp3Frames() {
        return rulesVersion >= MP3_IN_TS_VERSION;
    }
}
